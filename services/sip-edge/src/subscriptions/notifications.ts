import type { NotifyRecorder, SubscriptionDebug, SubscriptionRecords } from '@linewatch/edge';
import type { SubscriptionEnding } from '@linewatch/presence';
import type { Clock, LabelledCounter, PlainCounter, RateLimitedLog, TimerWheel } from '@linewatch/runtime';
import {
  type EndCause,
  type Flow,
  type LineView,
  type NotifierInput,
  type NotifierStep,
  type NotifyEffect,
  retryAfterOf,
  stepNotifier,
  type TerminationReason,
} from '@linewatch/sip';
import type { Endpoint } from '../endpoint/endpoint';
import type { Documents } from './documents';
import { bodyOf, notifyHead, writeNotify } from './notify-message';
import { SendWindow } from './send-window';
import type { Watched, WatchedTable } from './watched';

/** NOTIFYs sent in one turn of the loop, and in one that finds more to read: fewer than it reads, so that what waits there gets less. */
const SLICE = 64;
const SLICE_BEHIND = 20;

/** What notifications need of the world. */
export interface NotificationPorts {
  readonly endpoint: Pick<Endpoint, 'hasUnread' | 'requestBytes' | 'viaHead' | 'contact' | 'flowTo' | 'isOpen'>;
  readonly documents: Documents;
  readonly table: WatchedTable;
  readonly records: Pick<SubscriptionRecords, 'renew' | 'end'>;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly clock: Pick<Clock, 'now'>;
  /** NOTIFYs of fan-outs under way at once. */
  readonly window: number;
  /** Whether this process may still speak as this edge [design law 5]. */
  readonly holds: () => boolean;
  readonly counters: {
    readonly sent: PlainCounter;
    readonly answered: LabelledCounter;
    /** Subscriptions by why they ended. */
    readonly ended: LabelledCounter;
  };
  /** Told of each answer, or of none (status 408), for the sampled record of what was sent. */
  readonly answered: NotifyRecorder;
  /** Told of each NOTIFY while somebody debugs. */
  readonly debug?: Pick<SubscriptionDebug, 'tap' | 'notified'>;
  readonly floodLog: Pick<RateLimitedLog, 'warn'>;
}

/** Carries out what the notifiers of this edge's subscriptions ask for [RFC6665 4.2.2]. */
export class Notifications {
  private queue: Watched[] = [];
  private queueStart = 0;
  private draining = false;
  /** NOTIFYs that wait until this process may speak again; one a subscription. */
  private parked: (() => void)[] = [];

  private readonly window: SendWindow;

  constructor(private readonly ports: NotificationPorts) {
    this.window = new SendWindow(ports.window, () => this.goOn());
  }

  /** What a watcher may be shown of its line now. */
  viewFor({ record, domain }: Pick<Watched, 'record' | 'domain'>): LineView {
    return this.ports.documents.view(record.line, record.presentity.number, domain);
  }

  /** Takes a new or reclaimed subscription: indexes it and does what its first step asks for. */
  begin(watched: Watched, step: NotifierStep): void {
    watched.failedAt = this.ports.documents.failedAt(watched.record);
    this.ports.table.add(watched);
    this.scheduleExpiry(watched);
    this.apply(watched, step);
  }

  /** Gives one input to a subscription's notifier. */
  input(watched: Watched, input: NotifierInput): void {
    this.apply(watched, stepNotifier(watched.state, input));
  }

  /** A line changed: its watchers are told, a slice a turn; who waits in the queue is told the newest state then. */
  lineChanged(watchers: Iterable<Watched>): void {
    for (const watched of watchers) {
      if (watched.queued) continue;
      watched.queued = true;
      this.queue.push(watched);
    }
    if (!this.draining && this.queue.length > this.queueStart) this.drain();
  }

  /** Watchers that wait to be told. */
  get waiting(): number {
    return this.queue.length - this.queueStart + this.parked.length;
  }

  /** Ends a subscription with a NOTIFY that says why, and after how many seconds to come again. */
  terminate(watched: Watched, reason: TerminationReason, retryAfter?: number): void {
    const again = retryAfter === undefined ? {} : { retryAfter };
    this.input(watched, { type: 'terminate', now: this.ports.clock.now(), reason, ...again });
  }

  /** Ends a subscription without another word to its watcher [cme-presence 4.4]; `undefined`: says nothing in the stream either. */
  drop(watched: Watched, reason: SubscriptionEnding | undefined): void {
    watched.state = { ...watched.state, status: 'ended' };
    this.forget(watched);
    if (reason !== undefined) this.sayEnd(watched, reason);
  }

  /** The watcher's phone connected anew: NOTIFYs follow it there if the connection they went on is closed. */
  moved(watched: Watched, flow: Flow): void {
    if (watched.flow.connection === undefined || this.ports.endpoint.isOpen(watched.flow)) return;
    watched.flow = flow;
    watched.head = undefined;
  }

  /** Sets the timer for the end anew, after the record's `expiresAt` moved. */
  scheduleExpiry(watched: Watched): void {
    const { wheel, clock } = this.ports;
    wheel.cancel(watched.expiry);
    const { expiresAt } = watched.state;
    watched.expiry = wheel.set(expiresAt - clock.now(), () => {
      const now = clock.now();
      // The wall clock may have been set back meanwhile.
      if (now < expiresAt) return this.scheduleExpiry(watched);
      this.input(watched, { type: 'expired', now });
    });
  }

  /** This process may speak again: what waited for that goes out. */
  resume(): void {
    for (const send of this.parked.splice(0)) send();
  }

  /** Tells a slice of those who wait, and goes on in the next turn, or when the window has room again. */
  private drain(): void {
    this.draining = true;
    const now = this.ports.clock.now();
    const slice = this.ports.endpoint.hasUnread ? SLICE_BEHIND : SLICE;
    for (let count = 0; count < slice && this.queueStart < this.queue.length && this.window.hasRoom; count += 1) {
      const watched = this.queue[this.queueStart] as Watched;
      this.queueStart += 1;
      watched.queued = false;
      if (watched.state.status !== 'ended') {
        this.input(watched, { type: 'stateChanged', now, view: this.viewFor(watched) });
      }
    }
    if (this.queueStart === this.queue.length) {
      this.queue = [];
      this.queueStart = 0;
      this.draining = false;
    } else if (this.window.hasRoom) setImmediate(() => this.drain());
    else this.draining = false;
  }

  private goOn(): void {
    if (this.draining || this.queueStart === this.queue.length) return;
    this.draining = true;
    setImmediate(() => this.drain());
  }

  private apply(watched: Watched, { state, effects }: NotifierStep): void {
    watched.state = state;
    for (const effect of effects) {
      switch (effect.type) {
        case 'notify':
          this.send(watched, effect);
          break;
        case 'reserveBlock':
          this.reserve(watched, effect.ceiling);
          break;
        case 'startRetry':
          watched.retry = this.ports.wheel.set(effect.ms, () =>
            this.input(watched, { type: 'retryDue', now: this.ports.clock.now() }),
          );
          break;
        case 'ended':
          this.forget(watched);
          // A fetch is a subscription that was over before it began [RFC6665 4.4.3].
          this.sayEnd(watched, watched.record.granted === 0 ? 'fetched' : endingOf(effect.cause, effect.reason));
          break;
        case 'done':
          this.forget(watched);
          break;
        default:
          effect satisfies never;
      }
    }
  }

  private send(watched: Watched, notify: NotifyEffect): void {
    const { endpoint, documents, holds, counters, clock, debug } = this.ports;
    if (!holds()) {
      this.parked.push(() => {
        if (watched.state.inFlight?.cseq === notify.cseq) this.send(watched, notify);
      });
      return;
    }
    const { record, state } = watched;
    let { flow } = watched;
    const event = { package: record.package, ...(record.eventId !== undefined && { id: record.eventId }) };
    const headFor = (on: Flow) => {
      const contact = endpoint.contact(on, undefined, state.dialog.remoteTarget);
      return notifyHead(state.dialog, event, record.contentType, endpoint.viaHead(on.transport), contact);
    };
    watched.head ??= headFor(flow);
    if (flow.transport !== 'udp') {
      const now = endpoint.flowTo(watched.head.nextHop, flow);
      if (now.transport !== flow.transport) {
        flow = now;
        watched.head = headFor(flow);
      }
      flow = now;
    }
    const head = watched.head;
    const body = documents.body(record.line, record.presentity.number, watched.domain, record.package, notify);
    watched.sentAt = clock.now();
    counters.sent.add(1);
    if (debug?.tap.isOn) {
      debug.notified(watched, { number: notify.cseq, lamp: notify.view.lamp, body: () => bodyOf(notify, body) });
    }
    // A stream has its own flow control, and loses no answer.
    const leave = flow.transport === 'udp' ? this.window.enter() : () => undefined;
    // A document that is too large for UDP goes by TCP where the watcher takes that [SB-106].
    const write = (branch: string, on: Flow) =>
      writeNotify(on.transport === flow.transport ? head : headFor(on), branch, notify, body);
    endpoint.requestBytes('NOTIFY', write, flow, {
      repeated: leave,
      answered: (status, response) => {
        leave();
        counters.answered.of(status < 300 ? '2xx' : String(status)).add();
        this.ports.answered(watched, notify, status);
        const now = clock.now();
        watched.answer = status;
        watched.answeredAt = now;
        const answer = status < 300 ? undefined : response();
        const retryAfter = answer && retryAfterOf(answer);
        this.input(watched, {
          type: 'notifyAnswered',
          now,
          cseq: notify.cseq,
          status,
          ...(retryAfter !== undefined && { retryAfter }),
        });
      },
      failed: (why) => {
        leave();
        counters.answered.of(why).add();
        this.ports.answered(watched, notify, 408);
        this.input(watched, { type: 'notifyTimedOut', now: clock.now(), cseq: notify.cseq });
      },
    });
  }

  private reserve(watched: Watched, ceiling: number): void {
    this.ports.records
      .renew(watched, 'background', (record) => ({ ...record, ceiling: Math.max(ceiling, record.ceiling) }))
      .then((renewed) => {
        if (renewed === 'gone') return;
        this.input(watched, { type: 'blockReserved', now: this.ports.clock.now(), ceiling });
      })
      .catch((err: unknown) => this.ports.floodLog.warn('reserve', 'a block of CSeq could not be reserved', { err }));
  }

  private sayEnd(watched: Watched, reason: SubscriptionEnding): void {
    this.ports.counters.ended.of(reason).add();
    this.ports.records.end(watched, 'background', reason).catch((err: unknown) =>
      // The sweep of subscription-authorization ends it when it expires.
      this.ports.floodLog.warn('end', 'the end of a subscription could not be stored', { err, id: watched.record.id }),
    );
  }

  private forget(watched: Watched): void {
    this.ports.wheel.cancel(watched.expiry);
    this.ports.wheel.cancel(watched.retry);
    if (this.ports.table.remove(watched)) this.ports.documents.forget(watched.record.line);
  }
}

/** What the stream says of an end, in the words of the record. */
function endingOf(cause: EndCause, reason: TerminationReason | undefined): SubscriptionEnding {
  switch (cause) {
    case 'unsubscribed':
      return 'unsubscribed';
    case 'expired':
      return 'timeout';
    case 'watcher-gone':
    case 'watcher-refused':
      return 'notify-failed';
    case 'watcher-silent':
      return 'notify-timeout';
    case 'exhausted':
      return 'deactivated';
    case 'terminated':
      return reason === undefined || reason === 'invariant' ? 'noresource' : reason;
    default:
      return cause satisfies never;
  }
}
