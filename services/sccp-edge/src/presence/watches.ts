import { hasCallList } from '@linewatch/config';
import {
  decideAgain,
  type Directory,
  isUpstream,
  type Lines,
  ownedSubscription,
  OwnedTable,
  type Refusals,
  slicesOf,
  type SubscriptionRecords,
  upstreamFailure,
  type WatchAuthorization,
} from '@linewatch/edge';
import type {
  AuthorizationWord,
  AuthorizeReply,
  Lamp,
  LineNumber,
  PresenceRules,
  RelayFailure,
  SubscriptionEnding,
} from '@linewatch/presence';
import type { Clock, LabelledCounter, RateLimitedLog, TimerWheel } from '@linewatch/runtime';
import { blfStatuses, subscriptionCauses } from '@linewatch/sccp';
import { type Phone, primaryNumberOf } from '../stations/phone';
import { statusOf } from './lamp-status';
import { monitoredLamp, numbersBeside } from './monitored';
import { causeOf } from './refusal-causes';
import { beginRetries, countFailure, failureCause, isGivenUp } from './retries';
import { keyOf, lampInput, type LampPhone, type LampRecorder, type Watch, type Watched } from './watch';
import { MOST_SECONDS, recordOf } from './watch-record';

/** What the lamps of phones need of the world. */
export interface WatchesPorts {
  readonly edge: { readonly id: string; readonly epoch: number };
  /** How phones know this edge: the address behind their numbers. */
  readonly host: string;
  readonly directory: Pick<Directory, 'current'>;
  readonly authorization: Pick<WatchAuthorization, 'ask'>;
  readonly records: Pick<SubscriptionRecords, 'renew' | 'end'>;
  readonly lines: Pick<Lines, 'get'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  /** Whether this process may still speak as this edge [design law 5]. */
  readonly holds: () => boolean;
  /** Told of each lamp that was shown. */
  readonly told: LampRecorder;
  readonly refusals: Pick<Refusals, 'remember'>;
  readonly counters: {
    /** Lamps by what was decided. */
    readonly answers: LabelledCounter;
    /** Subscriptions by why they ended. */
    readonly ended: LabelledCounter;
    /** Differences that the audit found. */
    readonly repaired: LabelledCounter;
  };
  readonly floodLog: Pick<RateLimitedLog, 'info' | 'warn'>;
}

/** A key that was refused asks again: nobody can press anything to have it asked. */
const RETRY_MS = { 'could-not-ask': 10_000, 'limit-reached': 60_000 } as const;

/**
 * The lamps of this edge's phones: BLF keys, which the server subscribes on its own while the phone is registered, and
 * entries of call lists, which the phone asks for [cme-presence 4.6, sccp-wire 2].
 */
export class Watches {
  readonly table = new OwnedTable<Watched>();
  /** Those of keys that show a phone. */
  private readonly phoneKeys = new Set<Watched>();
  private readonly byPhone = new Map<LampPhone, Map<string, Watch>>();
  private made = 0;

  constructor(private readonly ports: WatchesPorts) {}

  /** A phone is registered: each of its BLF keys is watched. */
  begin(phone: LampPhone, { device, keys, lines }: Pick<Phone, 'device' | 'keys' | 'lines'>): void {
    const watcher = primaryNumberOf({ lines });
    for (const { instance, number, deviceBased } of keys) {
      const place = { kind: 'key', instance } as const;
      this.add(phone, { device, watcher, place, number, deviceBased, seconds: MOST_SECONDS });
    }
  }

  /** A phone is not registered any more: everything it watched ends. */
  end(phone: LampPhone): void {
    for (const watch of this.byPhone.get(phone)?.values() ?? []) this.drop(watch, 'unregistered');
    this.byPhone.delete(phone);
  }

  /** A call list shows a number [sccp-wire 2.3, T-16]. */
  subscribe(
    phone: LampPhone,
    { device, tag, lines }: Pick<Phone, 'device' | 'tag' | 'lines'>,
    entry: { readonly transactionID: number; readonly number: string; readonly seconds: number },
  ): void {
    const { transactionID, number, seconds } = entry;
    const { config } = this.ports.directory.current();
    if (!isEffective(config, tag)) {
      this.ports.counters.answers.of('no-call-list').add();
      this.remember({ device, number }, primaryNumberOf({ lines }), { why: 'no-call-list' });
      return phone.input({ type: 'subscriptionAnswered', transactionID, cause: subscriptionCauses.authFail });
    }
    const place = { kind: 'call-list', transactionID } as const;
    this.add(phone, { device, watcher: primaryNumberOf({ lines }), place, number, deviceBased: false, seconds });
  }

  /** A call list shows it no more, or its time is over. */
  unsubscribe(phone: LampPhone, transactionID: number): void {
    const watch = this.byPhone.get(phone)?.get(keyOf({ kind: 'call-list', transactionID }));
    if (watch) this.drop(watch, 'unsubscribed');
  }

  /** A line changed: its lamps show so. @returns how many there are */
  lineChanged(line: LineNumber): number {
    let lamps = 0;
    for (const watched of this.table.ofLine(line)) {
      this.show(watched);
      lamps += 1;
    }
    return lamps;
  }

  /**
   * Sources of a line beyond the trunk fail in another way than before: its keys are tried again by the edge that watches
   * it there, up to a limit; call lists are not [cme-presence 4.9, T-20].
   */
  upstreamChanged(line: LineNumber): void {
    const { sccpRetryLimit } = this.ports.directory.current().config.presence;
    for (const watched of [...this.table.ofLine(line)]) {
      if (!isUpstream(watched.record)) continue;
      const failure = this.failureOf(watched);
      const isNew = failure !== undefined && failure.at !== watched.retries.at;
      watched.retries = countFailure(watched.retries, failure);
      if (!isNew) continue;
      const { place } = watched.watch;
      if (place.kind === 'call-list') this.endEntry(watched, place.transactionID, failureCause(failure));
      else if (isGivenUp(watched.retries, sccpRetryLimit)) this.forget(watched, 'rejected');
    }
  }

  private failureOf({ record }: Pick<Watched, 'record'>): RelayFailure | undefined {
    return upstreamFailure(this.ports.lines.get(record.line)?.state, record.package);
  }

  private endEntry(watched: Watched, transactionID: number, cause: number): void {
    const { watch } = watched;
    watch.phone.input(lampInput(watch.place, blfStatuses.unknown));
    watch.phone.input({ type: 'subscriptionAnswered', transactionID, cause });
    this.drop(watch, 'rejected');
  }

  /** Something happened on a phone of this line: keys that show phones show so [cme-presence 3.6]. */
  phonesChanged(line: LineNumber): void {
    if (this.phoneKeys.size === 0) return;
    for (const number of numbersBeside(line, this.ports)) {
      for (const watched of this.table.ofLine(number)) if (watched.record.deviceBased) this.show(watched);
    }
  }

  /** Another phone may be the one that a number means now. */
  directoryChanged(): void {
    for (const watched of this.phoneKeys) this.show(watched);
  }

  /** The rules changed: who may not watch any more shows unknown, and who was refused asks again [cme-presence 4.9]. */
  rulesChanged(rules: PresenceRules): void {
    const terminate = (watched: Watched): void => this.forget(watched, 'rejected');
    decideAgain({ table: this.table, protocol: 'sccp', terminate }, rules);
    const { config } = this.ports.directory.current();
    for (const watch of [...this.all()]) {
      if (watch.place.kind === 'key') this.askAgain(watch);
      else if (!isEffective(config, tagOf(watch.device)) && watch.watched) this.forget(watch.watched, 'rejected');
    }
  }

  /** Ends a subscription in silence, or takes note of its end: it is another's by now. Its key asks for a new one. */
  lost(watched: Watched, reason: SubscriptionEnding | undefined): void {
    this.forget(watched, reason);
    this.askAgain(watched.watch);
  }

  /** Shows every lamp as it is now; where one was behind, that is counted [design law 6]. */
  async repair(): Promise<void> {
    for await (const some of slicesOf(this.table.all())) {
      for (const watched of some) {
        if (watched.told !== undefined && watched.told === statusOf(this.lampFor(watched))) continue;
        this.ports.counters.repaired.of('lamp').add();
        this.show(watched);
      }
    }
  }

  private *all(): Iterable<Watch> {
    for (const watches of this.byPhone.values()) yield* watches.values();
  }

  private add(
    phone: LampPhone,
    {
      watcher,
      ...of
    }: Pick<Watch, 'device' | 'place' | 'number' | 'deviceBased' | 'seconds'> & { readonly watcher: string },
  ): void {
    const { edge } = this.ports;
    const watch: Watch = { ...of, id: `${edge.id}.${edge.epoch}.${(this.made += 1)}`, phone, isOver: false };
    const watches = this.byPhone.get(phone) ?? new Map<string, Watch>();
    this.byPhone.set(phone, watches);
    watches.set(keyOf(of.place), watch);
    void this.ask(watch, watcher);
  }

  private async ask(watch: Watch, watcher: string): Promise<void> {
    const { authorization, floodLog, counters } = this.ports;
    const reply = await authorization
      .ask(recordOf(watch, watcher, this.ports))
      .catch((err: unknown): AuthorizeReply => {
        floodLog.warn('authorize', 'a lamp could not be authorized', { number: watch.number, err });
        return { word: 'could-not-ask' };
      });
    counters.answers.of(reply.word).add();
    if (reply.word !== 'allow') return this.refused(watch, watcher, reply.word);
    const { subscription: record, subId, token } = reply;
    const watched: Watched = {
      ...ownedSubscription({ record, subId, token }),
      watch,
      count: 0,
      sentAt: 0,
      retries: beginRetries(this.failureOf({ record })),
    };
    if (watch.isOver) return this.sayEnd(watched, 'unregistered');
    watch.watched = watched;
    this.table.add(watched);
    if (record.deviceBased) this.phoneKeys.add(watched);
    this.scheduleRenewal(watched);
    if (watch.place.kind === 'call-list') {
      const { transactionID } = watch.place;
      watch.phone.input({ type: 'subscriptionAnswered', transactionID, cause: subscriptionCauses.ok });
    }
    this.show(watched);
  }

  private refused(watch: Watch, watcher: string, word: Exclude<AuthorizationWord, 'allow'>): void {
    if (watch.isOver) return;
    const { directory, wheel, clock } = this.ports;
    const { place, phone } = watch;
    const isAskedAgain = place.kind === 'key' && (word === 'could-not-ask' || word === 'limit-reached');
    const again = isAskedAgain ? { againAt: clock.now() + RETRY_MS[word] } : {};
    this.remember(watch, watcher, { why: word, ...again });
    if (place.kind === 'call-list') {
      const cause = causeOf(word, directory.current().config.presence.server !== undefined);
      phone.input({ type: 'subscriptionAnswered', transactionID: place.transactionID, cause });
      return this.drop(watch, undefined);
    }
    phone.input(lampInput(place, blfStatuses.unknown));
    if (!isAskedAgain) return;
    wheel.cancel(watch.retry);
    watch.retry = wheel.set(RETRY_MS[word], () => void this.ask(this.next(watch), watcher));
  }

  private remember(
    { device, number }: Pick<Watch, 'device' | 'number'>,
    watcher: string,
    refusal: { readonly why: string; readonly againAt?: number },
  ): void {
    const { refusals, host, clock } = this.ports;
    refusals.remember({ device, number: watcher, host }, number, { at: clock.now(), ...refusal });
  }

  /** A key whose subscription was refused or has ended asks anew, under a name of its own. */
  private askAgain(watch: Watch): void {
    if (watch.isOver || watch.watched || watch.place.kind !== 'key') return;
    const next = this.next(watch);
    void this.ask(next, this.watcherOf(next));
  }

  private next(watch: Watch): Watch {
    const { edge, wheel } = this.ports;
    wheel.cancel(watch.retry);
    const next: Watch = { ...watch, id: `${edge.id}.${edge.epoch}.${(this.made += 1)}`, retry: undefined };
    watch.isOver = true;
    this.byPhone.get(watch.phone)?.set(keyOf(watch.place), next);
    return next;
  }

  private watcherOf({ device }: Watch): string {
    return this.ports.directory.current().devices.linesOf(device)[0]?.number ?? '';
  }

  private show(watched: Watched): void {
    const { holds, clock, told } = this.ports;
    if (!holds()) return;
    const lamp = this.lampFor(watched);
    const status = statusOf(lamp);
    if (watched.told === status) return;
    watched.told = status;
    watched.sentAt = clock.now();
    watched.count += 1;
    watched.watch.phone.input(lampInput(watched.watch.place, status));
    told(watched, { cseq: watched.count, view: { lamp } }, 200);
  }

  /** What a lamp ought to show now. */
  lampFor({ record: { line, presentity, deviceBased } }: Watched): Lamp {
    // What is beyond a trunk has no phone here that a `device` key could show [cme-presence P-8, V-9].
    const isDevice = deviceBased && presentity.kind === 'local';
    return monitoredLamp({ line, number: presentity.number, deviceBased: isDevice }, this.ports);
  }

  /** What lives longer than a grant is said again while most of it is left to try. */
  private scheduleRenewal(watched: Watched): void {
    const { wheel, records, clock, floodLog } = this.ports;
    const { granted } = watched.record;
    const isKey = watched.watch.place.kind === 'key';
    if (!isKey && watched.watch.seconds <= MOST_SECONDS) return;
    watched.renewal = wheel.set(granted * 750, () => {
      const expiresAt = clock.now() + granted * 1_000;
      records
        .renew(watched, 'background', (record) => ({ ...record, expiresAt }))
        .catch((err: unknown) => floodLog.warn('renew', 'a lamp could not be renewed', { id: watched.record.id, err }));
      this.scheduleRenewal(watched);
    });
  }

  /** The lamp is no more on its phone. */
  private drop(watch: Watch, reason: SubscriptionEnding | undefined): void {
    this.ports.wheel.cancel(watch.retry);
    watch.isOver = true;
    const watches = this.byPhone.get(watch.phone);
    if (watches?.get(keyOf(watch.place)) === watch) watches.delete(keyOf(watch.place));
    if (watch.watched) this.forgetSubscription(watch.watched, reason);
  }

  /** The subscription ends while the lamp stays: it shows unknown. */
  private forget(watched: Watched, reason: SubscriptionEnding | undefined): void {
    this.forgetSubscription(watched, reason);
    watched.watch.phone.input(lampInput(watched.watch.place, blfStatuses.unknown));
  }

  private forgetSubscription(watched: Watched, reason: SubscriptionEnding | undefined): void {
    this.ports.wheel.cancel(watched.renewal);
    watched.watch.watched = undefined;
    this.table.remove(watched);
    this.phoneKeys.delete(watched);
    if (reason !== undefined) this.sayEnd(watched, reason);
  }

  private sayEnd(watched: Watched, reason: SubscriptionEnding): void {
    const { counters, records, floodLog } = this.ports;
    counters.ended.of(reason).add();
    records.end(watched, 'background', reason).catch((err: unknown) =>
      // The sweep of subscription-authorization ends it when it expires.
      floodLog.warn('end', 'the end of a subscription could not be stored', { err, id: watched.record.id }),
    );
  }
}

function tagOf(device: string): number {
  return Number(device.slice(device.indexOf(':') + 1));
}

function isEffective(config: Parameters<typeof hasCallList>[0], tag: number): boolean {
  const ephone = config.ephones[tag];
  return ephone !== undefined && hasCallList(config, ephone);
}
