import { clearPassword, type Config, dialPeerTarget } from '@linewatch/config';
import type { Outbox, Subjects } from '@linewatch/bus';
import type { RelayFailure } from '@linewatch/presence';
import type { Clock, LabelledCounter, TimerHandle, TimerWheel } from '@linewatch/runtime';
import {
  cseqOf,
  escapeUser,
  type Flow,
  type HeaderField,
  startSubscriber,
  stepSubscriber,
  type SubscriberInput,
  type SubscriberState,
  type SubscriberStep,
  type SubscriberTarget,
  type SubscriberTimer,
  subscriberKey,
} from '@linewatch/sip';
import type { UpstreamLine } from '@linewatch/tables';
import type { ServerRequest, SipSender } from '../endpoint/user-agent';
import { startRelay, stepRelay, type RelayInput, type RelayState, type RelayStep, type RelayWord } from './relay';

/** What a subscription at the server needs of the world. */
export interface UpstreamPorts {
  readonly edge: { readonly id: string; readonly epoch: number; holds(): boolean };
  readonly sender: Pick<SipSender, 'request' | 'flowTo' | 'contact' | 'host' | 'newTag' | 'newCallId'>;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly subjects: Subjects;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly config: () => Config;
  /** Unique for this life of the edge: begins the id of a fact. */
  readonly newFactId: () => string;
  /** NOTIFYs with this key are this subscription's from now on, or no more. */
  readonly bind: (key: string, upstream: Upstream) => void;
  readonly unbind: (key: string) => void;
  readonly counters: {
    /** Subscriptions at the server by why they ended. */
    readonly ended: LabelledCounter;
    /** NOTIFYs of the server by their answer. */
    readonly notified: LabelledCounter;
  };
  readonly failed: (what: string, error: unknown) => void;
}

/** Seconds asked for [cme-presence 4.8]. */
const EXPIRES = 3_600;
const SIP_PORT = 5060;
/** This process may not speak as its edge: it tries again so soon. */
const UNTIL_HOLDS_MS = 500;

/**
 * One line beyond the trunk, as this edge watches it at the server for everybody here [cme-presence 4.8]: carries out what
 * the relay and its subscription ask for.
 */
export class Upstream {
  private relay: RelayState;
  private subscriber: SubscriberState | undefined;
  private readonly timers = new Map<SubscriberTimer | 'attempt', TimerHandle>();
  /** The source of the facts: the same whichever edge asks. */
  readonly source: string;

  /**
   * @param server  the address of the server
   * @param watcher the number of somebody who watches the line: whom the server takes this side for, unless `sip-ua` says
   * @param failure how it failed for the edge before this one
   */
  constructor(
    private readonly ports: UpstreamPorts,
    readonly of: UpstreamLine,
    readonly server: string,
    private readonly watcher: string,
    failure?: RelayFailure,
  ) {
    this.source = `${server} ${of.package}`;
    const step = startRelay(of.package, ports.clock.now(), failure);
    this.relay = step.state;
    this.carryOut(step);
  }

  /** What was said of the line last; undefined until something was. */
  get said(): RelayWord | undefined {
    return this.relay.said;
  }

  get status(): RelayState['status'] {
    return this.relay.status;
  }

  /** A new watcher came. */
  arrived(): void {
    this.input({ type: 'arrived', now: this.ports.clock.now() });
  }

  /** What was said got lost. */
  sayAgain(): void {
    this.input({ type: 'sayAgain' });
  }

  /** Nobody is to watch it any more. */
  stop(): void {
    this.input({ type: 'stop' });
  }

  /** Another edge watches it, or will: the subscription ends, and nothing more is said. */
  leave(): void {
    this.relay = { ...this.relay, status: 'stopped' };
    this.stopTimer('attempt');
    this.subscriberInput({ type: 'unsubscribe', now: this.ports.clock.now(), cnonce: this.ports.sender.newTag() });
  }

  /** A NOTIFY that bears this subscription's key. */
  notify(incoming: ServerRequest): void {
    if (!this.subscriber) return void incoming.respond(481);
    this.subscriberInput({ type: 'notify', now: this.ports.clock.now(), request: incoming.request }, incoming);
  }

  private input(input: RelayInput): void {
    this.carryOut(stepRelay(this.relay, input));
  }

  private carryOut({ state, effects }: RelayStep): void {
    this.relay = state;
    for (const effect of effects) {
      switch (effect.type) {
        case 'subscribe':
          this.subscribe();
          break;
        case 'refresh':
        case 'unsubscribe':
          this.subscriberInput({ type: effect.type, now: this.ports.clock.now(), cnonce: this.ports.sender.newTag() });
          break;
        case 'attemptAt':
          this.startTimer('attempt', effect.time - this.ports.clock.now(), (now) =>
            this.input({ type: 'attemptDue', now }),
          );
          break;
        case 'stopTimer':
          this.stopTimer('attempt');
          break;
        case 'say':
          this.say(effect.word);
          break;
        default:
          effect satisfies never;
      }
    }
  }

  private say(word: RelayWord): void {
    const { outbox, subjects, edge, newFactId, failed } = this.ports;
    const { line, package: name } = this.of;
    const data = { source: this.source, package: name, ...word, edge: edge.id, epoch: edge.epoch };
    outbox
      .put({
        subject: subjects.lineFact(line, 'relayed'),
        event: { type: 'linewatch.line.relayed', data },
        id: newFactId(),
        about: line,
      })
      .catch((error: unknown) => failed('relayed fact', error));
  }

  // The subscription

  private subscribe(): void {
    const step = startSubscriber(this.target());
    this.ports.bind(subscriberKey(step.state.target), this);
    this.apply(step);
  }

  private target(): SubscriberTarget {
    const { sender, config } = this.ports;
    const { authentication } = config().sipUa;
    const password = authentication && clearPassword(authentication.password);
    const port = sipPortOf(this.server, config());
    const user = authentication?.username ?? this.watcher;
    const host = sender.host.includes(':') ? `[${sender.host}]` : sender.host;
    return {
      uri: `sip:${escapeUser(this.of.line)}@${this.server}${port === SIP_PORT ? '' : `:${port}`}`,
      from: `<sip:${escapeUser(user)}@${host}>`,
      contact: sender.contact({ transport: 'udp' }, escapeUser(user)),
      package: this.of.package,
      expires: EXPIRES,
      callId: sender.newCallId(),
      localTag: sender.newTag(),
      ...(authentication && password !== undefined && { credentials: { ...authentication, password } }),
    };
  }

  private subscriberInput(input: SubscriberInput, incoming?: ServerRequest): void {
    if (this.subscriber) this.apply(stepSubscriber(this.subscriber, input), incoming);
  }

  private apply({ state, effects }: SubscriberStep, incoming?: ServerRequest): void {
    this.subscriber = state;
    for (const effect of effects) {
      switch (effect.type) {
        case 'subscribe':
          this.send(state, effect.request, effect.nextHop);
          break;
        case 'answer':
          this.ports.counters.notified.of(String(effect.status)).add();
          incoming?.respond(effect.status, { headers: (effect.headers ?? []) as HeaderField[] });
          break;
        case 'startTimer': {
          const { name, ms } = effect;
          const cnonce = this.ports.sender.newTag();
          this.startTimer(name, ms, (now) => this.subscriberInput({ type: 'timer', name, now, cnonce }));
          break;
        }
        case 'stopTimer':
          this.stopTimer(effect.name);
          break;
        case 'confirmed':
          this.input({ type: 'confirmed', until: effect.until });
          break;
        case 'notified':
          this.input({ type: 'notified', pending: effect.pending, body: effect.body });
          break;
        case 'ended': {
          this.ports.unbind(subscriberKey(state.target));
          this.subscriber = undefined;
          this.ports.counters.ended.of(effect.end.kind).add();
          const intervalMs = this.ports.config().presence.sccpRetryInterval * 1_000;
          this.input({ type: 'ended', now: this.ports.clock.now(), end: effect.end, intervalMs });
          break;
        }
        default:
          effect satisfies never;
      }
    }
  }

  private send(of: SubscriberState, request: SubscriberState['first'], nextHop: string): void {
    const { edge, sender, clock, wheel } = this.ports;
    if (!edge.holds()) {
      wheel.set(UNTIL_HOLDS_MS, () => {
        if (this.subscriber?.pending?.request === request) this.send(of, request, nextHop);
      });
      return;
    }
    const server: Flow = {
      transport: 'udp',
      local: { host: sender.host, port: SIP_PORT },
      remote: { host: this.server, port: SIP_PORT },
    };
    const cseq = cseqOf(request)?.seq ?? 0;
    // An answer is one to this subscription, not to one that has taken its place.
    const hear = (input: SubscriberInput): void => {
      if (this.subscriber?.target === of.target) this.subscriberInput(input);
    };
    sender.request(request, sender.flowTo(nextHop, server), {
      response: (response) => hear({ type: 'answered', now: clock.now(), response, cnonce: sender.newTag() }),
      failed: () => hear({ type: 'unanswered', now: clock.now(), cseq }),
    });
  }

  // Timers

  private startTimer(name: SubscriberTimer | 'attempt', ms: number, due: (now: number) => void): void {
    const { wheel, clock } = this.ports;
    wheel.cancel(this.timers.get(name));
    this.timers.set(
      name,
      wheel.set(Math.max(0, ms), () => due(clock.now())),
    );
  }

  private stopTimer(name: SubscriberTimer | 'attempt'): void {
    this.ports.wheel.cancel(this.timers.get(name));
    this.timers.delete(name);
  }
}

/** `server` names no port: it is that of the trunk at this address, as dial peers know it, else that of SIP. */
function sipPortOf(server: string, { dialPeers }: Config): number {
  for (const peer of Object.values(dialPeers)) {
    const target = peer.shutdown ? undefined : dialPeerTarget(peer);
    if (target?.host === server && target.transport !== 'tls') return target.port;
  }
  return SIP_PORT;
}
