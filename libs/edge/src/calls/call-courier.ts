import {
  callMessageReplySchema,
  type CallMessage,
  type CoupledPeer,
  type LegCommand,
  type LegEvent,
  type RoutedTarget,
  type Taker,
} from '@linewatch/call';
import type { Bus } from '@linewatch/bus';
import type { CallId, EdgeId, LegId } from '@linewatch/presence';
import type { PlainCounter, RateLimitedLog, TimerWheel } from '@linewatch/runtime';
import type { Turns } from './turns';

const ASK_MS = 1_000;
const RETRY_MS = 200;
/** Messages about one leg that may wait; more say that its edge does not work. */
const MAX_WAITING = 64;

export interface CourierParts {
  readonly edge: { readonly id: EdgeId; readonly epoch: number };
  readonly bus: Pick<Bus, 'ask' | 'subjects'>;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly turns: Turns;
  readonly floodLog: Pick<RateLimitedLog, 'warn'>;
  readonly retries: PlainCounter;
  /** The other edge knows no such leg (of a command), or no such call (of an event). */
  onGone(message: CallMessage): void;
}

interface Lane {
  readonly to: EdgeId;
  readonly waiting: CallMessage[];
  wake?: () => void;
  isDropped: boolean;
}

/**
 * Brings commands and events to other edges over `lw.call.<edge>`: those about one leg one after another, each until it
 * is acknowledged or its edge is given up. A message that is repeated bears the same number and is done once.
 */
export class CallCourier {
  private readonly lanes = new Map<string, Lane>();
  private seq = 0;

  constructor(private readonly parts: CourierParts) {}

  /** Messages that are not acknowledged yet. */
  get waiting(): number {
    let count = 0;
    for (const lane of this.lanes.values()) count += lane.waiting.length;
    return count;
  }

  command(to: EdgeId, call: CallId, leg: LegId, command: LegCommand, peer?: CoupledPeer): void {
    const controller = this.parts.edge.id;
    this.send(to, { kind: 'command', call, leg, ...this.place(), controller, ...(peer && { peer }), command });
  }

  event(to: EdgeId, call: CallId, leg: LegId, event: LegEvent): void {
    this.send(to, { kind: 'event', call, leg, ...this.place(), event });
  }

  /** Asks another controller for the peer of one of its legs. */
  join(to: EdgeId, call: CallId, leg: LegId, taker: Taker, peer: CoupledPeer): void {
    this.send(to, { kind: 'join', call, leg, ...this.place(), taker, peer });
  }

  /** Asks a controller to offer a call, that rings at a leg, to a phone here. */
  pickUp(to: EdgeId, call: CallId, leg: LegId, by: RoutedTarget): void {
    this.send(to, { kind: 'pickUp', call, leg, ...this.place(), by });
  }

  joinRefused({ edge, call, exchange }: Taker, leg: LegId, status: number): void {
    this.send(edge, { kind: 'joinRefused', call, leg, ...this.place(), exchange, status });
  }

  /** Gives up what waits for an edge: it will not come back. */
  drop(edge: EdgeId): void {
    for (const lane of this.lanes.values()) {
      if (lane.to !== edge) continue;
      lane.isDropped = true;
      lane.waiting.length = 0;
      lane.wake?.();
    }
  }

  private place(): { epoch: number; seq: number } {
    return { epoch: this.parts.edge.epoch, seq: (this.seq += 1) };
  }

  private send(to: EdgeId, message: CallMessage): void {
    const key = `${message.kind} ${to} ${message.leg}`;
    const lane = this.lanes.get(key);
    if (!lane) {
      const opened: Lane = { to, waiting: [message], isDropped: false };
      this.lanes.set(key, opened);
      void this.deliver(key, opened);
    } else if (lane.waiting.length < MAX_WAITING) {
      lane.waiting.push(message);
    } else {
      this.parts.floodLog.warn('call-lane', 'an edge takes no messages about a leg', { to, leg: message.leg });
      this.gone(message);
    }
  }

  private async deliver(key: string, lane: Lane): Promise<void> {
    for (let message = lane.waiting[0]; message; message = lane.waiting[0]) {
      const outcome = await this.ask(lane.to, message);
      if (lane.isDropped) break;
      if (outcome === 'again') {
        this.parts.retries.add();
        await this.pause(lane);
        continue;
      }
      lane.waiting.shift();
      if (outcome === 'gone') this.gone(message);
    }
    this.lanes.delete(key);
  }

  private async ask(to: EdgeId, message: CallMessage): Promise<'done' | 'gone' | 'again'> {
    const { bus, floodLog } = this.parts;
    try {
      const reply = await bus.ask(bus.subjects.call(to), message, { timeoutMs: ASK_MS, attempts: 1 });
      return callMessageReplySchema.parse(reply).gone ? 'gone' : 'done';
    } catch (error) {
      const { name, word } = error as { name?: string; word?: string };
      if (name === 'UnavailableError' || word === 'busy') return 'again';
      floodLog.warn('call-refused', 'an edge does not understand a message about a leg', { to, err: error });
      return 'gone';
    }
  }

  private gone(message: CallMessage): void {
    this.parts.turns.take(() => this.parts.onGone(message));
  }

  private pause(lane: Lane): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.parts.wheel.set(RETRY_MS, resolve);
      lane.wake = () => {
        this.parts.wheel.cancel(timer);
        resolve();
      };
    });
  }
}
