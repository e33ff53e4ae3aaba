/** One phone that connects over TCP, registers, and leaves, again and again: whether newcomers still get in, and how soon. */
import { connect } from 'node:net';
import type { AbuseRun } from './abuse-report';
import type { Endpoint } from './fleet';
import { Histogram } from './histogram';
import { macOf, numberOf } from './plan';

/** Slower than who guesses a phone's password is let. */
const EVERY_MS = 1_000;
/** A phone that has not registered by then has failed. */
const WITHIN_MS = 5_000;

export class Newcomers {
  private readonly times = new Histogram();
  private readonly open = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;
  private failed = 0;
  private count = 0;

  /** @param line of the phone */
  constructor(
    private readonly target: Endpoint,
    private readonly line: number,
  ) {
    this.timer = setInterval(() => {
      const coming = this.come().finally(() => this.open.delete(coming));
      this.open.add(coming);
    }, EVERY_MS);
  }

  async stop(): Promise<AbuseRun['newcomers']> {
    clearInterval(this.timer);
    await Promise.all(this.open);
    return { count: this.count, p50: this.times.percentile(0.5), max: this.times.percentile(1), failed: this.failed };
  }

  private come(): Promise<void> {
    this.count += 1;
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const socket = connect({ ...this.target, timeout: WITHIN_MS });
      const end = (isRegistered: boolean): void => {
        if (isRegistered) this.times.record(performance.now() - startedAt);
        else this.failed += 1;
        socket.removeAllListeners('close').destroy();
        resolve();
      };
      socket.on('error', () => undefined);
      socket.once('close', () => end(false));
      socket.once('timeout', () => end(false));
      socket.once('connect', () => socket.write(this.registerOf(socket.localPort ?? 0)));
      socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('SIP/2.0 200')));
    });
  }

  private registerOf(port: number): string {
    const { host } = this.target;
    const [number, mac, id] = [numberOf(this.line), macOf(this.line), `n${Date.now().toString(36)}${this.count}`];
    return (
      `REGISTER sip:${host} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:${port};branch=z9hG4bK${id}\r\nMax-Forwards: 70\r\n` +
      `From: <sip:${number}@${host}>;tag=${id}\r\nTo: <sip:${number}@${host}>\r\nCall-ID: ${id}\r\nCSeq: 1 REGISTER\r\n` +
      `Contact: <sip:${number}@127.0.0.1:${port};transport=tcp>;+sip.instance="<urn:uuid:00000000-0000-0000-0000-${mac}>"\r\n` +
      'Expires: 3600\r\nContent-Length: 0\r\n\r\n'
    );
  }
}
