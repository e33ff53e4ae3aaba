import type { AuthorizeReply, Lamp, Subscription, SubscriptionEnding } from '@linewatch/presence';
import { type DebugTap, tellPresence } from '@linewatch/runtime';
import type { NotifyRecorder } from './notify-record';
import type { OwnedSubscription } from './owned-subscription';
import type { Refusals } from './refusals';
import type { Patience, SubscriptionRecords } from './subscription-records';
import type { WatchAuthorization } from './watch-authorization';

/** What a watcher is being told. */
export interface SentNotify {
  /** CSeq, or where the protocol has none the count of what this watcher was told. */
  readonly number: number;
  readonly lamp: Lamp;
  /** The document, for protocols that have one. */
  readonly body?: () => string;
}

/**
 * `debug presence` of an edge's subscriptions [cme-presence 5.3]. What an edge is made of is given through it; while
 * nobody debugs, each call costs one look at a flag.
 */
export class SubscriptionDebug {
  constructor(readonly tap: DebugTap) {}

  /** Asks as given, and tells what was asked and answered. */
  authorization(asks: Pick<WatchAuthorization, 'ask'>): Pick<WatchAuthorization, 'ask'> {
    return {
      ask: (subscription) => {
        const asking = asks.ask(subscription);
        if (!this.tap.isOn) return asking;
        this.asked(subscription);
        return asking.then((reply) => {
          this.answered(reply);
          return reply;
        });
      },
    };
  }

  /** Remembers as given, and tells each refusal. */
  refusals(refusals: Pick<Refusals, 'remember'>): Pick<Refusals, 'remember'> {
    return {
      remember: (watcher, line, refusal) => {
        refusals.remember(watcher, line, refusal);
        if (!this.tap.isOn) return;
        const again = refusal.againAt === undefined ? '' : `, asks again in ${seconds(refusal.againAt - refusal.at)}`;
        tellPresence(this.tap, 'errors', 0, 'presence_refuse', () => [
          `${watcher.number}@${watcher.host} may not watch ${line}: ${refusal.why}${again}`,
        ]);
      },
    };
  }

  /** Says as given, and tells of refreshes and ends. */
  records(records: Pick<SubscriptionRecords, 'renew' | 'end'>): Pick<SubscriptionRecords, 'renew' | 'end'> {
    return {
      renew: (watched: OwnedSubscription, patience: Patience, change: (record: Subscription) => Subscription) => {
        const before = watched.record.expiresAt;
        const renewing = records.renew(watched, patience, change);
        if (!this.tap.isOn) return renewing;
        return renewing.then((renewed) => {
          // A renewal may also be for another block of numbers alone.
          if (renewed !== 'gone' && renewed.expiresAt !== before) this.refreshed(watched.subId, renewed);
          return renewed;
        });
      },
      end: (watched: OwnedSubscription, patience: Patience, reason: SubscriptionEnding) => {
        if (this.tap.isOn && !watched.endSaid) this.ended(watched, reason);
        return records.end(watched, patience, reason);
      },
    };
  }

  /** Takes answers as given, and tells them. */
  answers(answered: NotifyRecorder): NotifyRecorder {
    return (watched, told, status) => {
      answered(watched, told, status);
      if (this.tap.isOn) this.notifyAnswered(watched.subId, told.cseq, status);
    };
  }

  /** A watcher is being told. Call it only while the tap is on. */
  notified({ subId, record }: OwnedSubscription, { number, lamp, body }: SentNotify): void {
    const { watcher, presentity, contentType } = record;
    tellPresence(this.tap, 'event', subId, 'presence_notify', () => [
      `${presentity.number}@${presentity.host} is ${statusOf(lamp)}, to ${watcher.number}@${watcher.host}`,
    ]);
    tellPresence(this.tap, 'asnl', subId, 'asnl_notify_request', () => [`number ${number} to ${watcher.host}`]);
    if (body)
      tellPresence(this.tap, 'xml', subId, 'presence_xml_encode', () => [
        contentType,
        ...body()
          .split(/\r?\n/)
          .filter((line) => line !== ''),
      ]);
  }

  /** @param status 408: there was no answer */
  private notifyAnswered(subId: number, number: number, status: number): void {
    const text = status === 408 ? 'was not answered' : `was answered ${status}`;
    tellPresence(this.tap, 'asnl', subId, 'asnl_notify_response', () => [`number ${number} ${text}`]);
    if (status >= 300)
      tellPresence(this.tap, 'errors', subId, 'presence_notify_failed', () => [`number ${number} ${text}`]);
  }

  private asked({ watcher, presentity, package: name, granted }: Subscription): void {
    tellPresence(this.tap, 'asnl', 0, 'asnl_subscribe_indication', () => [
      `${watcher.number}@${watcher.host} to ${presentity.number}@${presentity.host}, ${name}, ${granted} seconds`,
    ]);
  }

  private answered(reply: AuthorizeReply): void {
    const subId = reply.word === 'allow' ? reply.subId : 0;
    tellPresence(this.tap, 'info', subId, 'presence_authorize', () => [reply.word]);
    if (reply.word !== 'allow') return;
    const { granted, expiresAt } = reply.subscription;
    tellPresence(this.tap, 'timer', subId, 'presence_timer_start', () => [
      `expires in ${granted} seconds, at ${timeOf(expiresAt)}`,
    ]);
  }

  private refreshed(subId: number, { granted, expiresAt }: Subscription): void {
    tellPresence(this.tap, 'timer', subId, 'presence_refresh', () => [
      `expires in ${granted} seconds, at ${timeOf(expiresAt)}`,
    ]);
  }

  private ended({ subId, record }: OwnedSubscription, reason: SubscriptionEnding): void {
    if (reason === 'timeout')
      tellPresence(this.tap, 'timer', subId, 'presence_timer_expired', () => [
        `${record.granted} seconds without a refresh`,
      ]);
    tellPresence(this.tap, 'event', subId, 'presence_terminate', () => [reason]);
    if (reason === 'notify-failed' || reason === 'notify-timeout')
      tellPresence(this.tap, 'errors', subId, 'presence_terminate', () => [reason]);
  }
}

/** As `show presence subscription` calls it. */
function statusOf({ state, dnd }: Lamp): string {
  return `${state === 'in-use' ? 'busy' : state}${dnd ? ' in do-not-disturb' : ''}`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} seconds`;
}
