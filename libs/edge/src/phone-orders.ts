import { AnswerError } from '@linewatch/bus';
import {
  PHONE_ORDER_INTERVAL_MS,
  phoneOrderSchema,
  type DeviceName,
  type EdgeId,
  type PhoneOrderReply,
  type PhoneOrderRequest,
} from '@linewatch/presence';
import type { LabelledCounter, TimerHandle, TimerWheel } from '@linewatch/runtime';

/** How many groups all phones of an edge are told in: nobody waits longer than ten minutes. */
export const MOST_TURNS = 40;
/** How long a change of the configuration may take to come here; the order is carried out all the same then. */
const CATCH_UP_MS = 1_000;
const LOOK_MS = 20;

export interface PhoneOrderPorts<Phone> {
  readonly edge: { readonly id: EdgeId; holds(): boolean };
  /** The phones that are registered here, or the one of that name. */
  readonly phones: (device?: DeviceName) => readonly Phone[] | Promise<readonly Phone[]>;
  readonly tell: (phone: Phone, order: PhoneOrderRequest['order']) => void;
  readonly config: { revision(): number };
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  /** Phones that were told, by the order. */
  readonly told: LabelledCounter;
}

/**
 * Answers `lw.ask.<edge>.order`. One phone is told at once; all of them in turn, so that they do not come again together:
 * one every 15 seconds as on a router, and as many at a time as it takes to be through in ten minutes. A later order to
 * all takes the place of one that is under way.
 */
export class PhoneOrders<Phone> {
  private next: TimerHandle | undefined;

  constructor(private readonly ports: PhoneOrderPorts<Phone>) {}

  /** @throws AnswerError `bad-request`, or `not-now` while another process may be this edge */
  async answer(body: unknown): Promise<PhoneOrderReply> {
    const request = phoneOrderSchema.safeParse(body);
    if (!request.success) throw new AnswerError('bad-request', request.error.message);
    const { order, device, revision } = request.data;
    await this.caughtUpWith(revision);
    const { edge, phones } = this.ports;
    const those = await phones(device);
    if (!edge.holds()) throw new AnswerError('not-now');
    if (device === undefined) this.tellInTurn(those, order);
    else for (const phone of those) this.tell(phone, order);
    return { edge: edge.id, phones: those.length };
  }

  /** Tells nobody any more. */
  stop(): void {
    this.ports.wheel.cancel(this.next);
  }

  private tellInTurn(phones: readonly Phone[], order: PhoneOrderRequest['order']): void {
    this.stop();
    const atOnce = Math.ceil(phones.length / MOST_TURNS);
    const turn = (from: number): void => {
      for (const phone of phones.slice(from, from + atOnce)) this.tell(phone, order);
      if (from + atOnce < phones.length)
        this.next = this.ports.wheel.set(PHONE_ORDER_INTERVAL_MS, () => turn(from + atOnce));
    };
    turn(0);
  }

  private tell(phone: Phone, order: PhoneOrderRequest['order']): void {
    // Who lost its lease says nothing: the phone may be another edge's by now [design law 5].
    if (!this.ports.edge.holds()) return;
    this.ports.told.of(order).add();
    this.ports.tell(phone, order);
  }

  private async caughtUpWith(revision: number): Promise<void> {
    const { config, wheel } = this.ports;
    for (let waited = 0; config.revision() < revision && waited < CATCH_UP_MS; waited += LOOK_MS)
      await new Promise<void>((resolve) => void wheel.set(LOOK_MS, resolve));
  }
}
