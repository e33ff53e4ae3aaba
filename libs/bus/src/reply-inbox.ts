import { type Msg, type MsgHdrs, type NatsConnection, createInbox } from 'nats';
import { UnavailableError } from './errors';

interface Pending {
  readonly deadline: number;
  readonly subject: string;
  onMessage(message: Msg): void;
  onEnd(reason: string): void;
}

const SWEEP_MS = 20;
const NO_RESPONDERS = 503;

/**
 * One subscription for the replies to everything that this process asks: acknowledgements, reads, questions. It costs a
 * tenth of the client's own request machinery; time-outs are kept here.
 */
export class ReplyInbox {
  private readonly prefix = createInbox();
  private readonly pending = new Map<string, Pending>();
  private readonly sweeper: NodeJS.Timeout;
  private counter = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly monotonic: () => number,
    private readonly isConnected: () => boolean,
  ) {
    connection.subscribe(`${this.prefix}.*`, { callback: (_error, message) => this.receive(message) });
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS);
    this.sweeper.unref();
  }

  /** Publishes with a reply subject of its own and gives the first reply. @throws UnavailableError */
  request(subject: string, payload: Uint8Array, timeoutMs: number, headers?: MsgHdrs): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const token = this.open({
        deadline: this.monotonic() + timeoutMs,
        subject,
        onMessage: (message) => {
          this.pending.delete(token);
          if (isNoResponders(message)) reject(new UnavailableError(`Nobody answers ${subject}: no responders.`));
          else resolve(message);
        },
        onEnd: (reason) => reject(new UnavailableError(`No answer from ${subject}: ${reason}.`)),
      });
      this.send(token, subject, payload, headers, reject);
    });
  }

  /** Publishes once and collects replies until the time is over, `max` came, or nobody is there. */
  collect(subject: string, payload: Uint8Array, forMs: number, max: number): Promise<Msg[]> {
    return new Promise((resolve, reject) => {
      const replies: Msg[] = [];
      const finish = (): void => {
        this.pending.delete(token);
        resolve(replies);
      };
      const token = this.open({
        deadline: this.monotonic() + forMs,
        subject,
        onMessage: (message) => {
          if (isNoResponders(message)) return finish();
          replies.push(message);
          if (replies.length >= max) finish();
        },
        onEnd: finish,
      });
      this.send(token, subject, payload, undefined, reject);
    });
  }

  /** Ends everything that waits: replies do not survive a lost connection. */
  failAll(reason: string): void {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const one of waiting) one.onEnd(reason);
  }

  close(): void {
    clearInterval(this.sweeper);
    this.failAll('the bus was closed');
  }

  private open(pending: Pending): string {
    const token = (++this.counter).toString(36);
    this.pending.set(token, pending);
    return token;
  }

  private send(
    token: string,
    subject: string,
    payload: Uint8Array,
    headers: MsgHdrs | undefined,
    reject: (error: unknown) => void,
  ): void {
    try {
      // Without a connection the client would keep the bytes and send them late: say so now instead.
      if (!this.isConnected()) throw new UnavailableError(`No answer from ${subject}: not connected to NATS.`);
      const reply = `${this.prefix}.${token}`;
      this.connection.publish(subject, payload, headers ? { reply, headers } : { reply });
    } catch (error) {
      this.pending.delete(token);
      reject(error);
    }
  }

  private receive(message: Msg): void {
    this.pending.get(message.subject.slice(this.prefix.length + 1))?.onMessage(message);
  }

  private sweep(): void {
    if (this.pending.size === 0) return;
    const now = this.monotonic();
    for (const [token, pending] of this.pending) {
      if (pending.deadline > now) continue;
      this.pending.delete(token);
      pending.onEnd('the time is over');
    }
  }
}

function isNoResponders(message: Msg): boolean {
  return message.data.length === 0 && message.headers?.code === NO_RESPONDERS;
}
