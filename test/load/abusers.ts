/**
 * Those who misbehave, in a process of their own, so that what they cost is not taken for what they cause: phones that
 * subscribe without end, and peers that hold connections and say little.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import type { Abuse, AbuseOptions } from './abuse-options';
import type { Endpoint } from './fleet';
import { macOf, numberOf } from './plan';
import { newScanned, okTo, scan } from './wire';

/** What was done in one run, by kind. */
export type AbuserCounts = Readonly<Record<string, number>>;

/** Something that can be switched on and off. */
export interface Abuser {
  start(): Promise<void>;
  stop(): Promise<AbuserCounts>;
}

export function abuserOf(abuse: Abuse, options: AbuseOptions, target: Endpoint): Abuser {
  return abuse === 'loop' ? new Loopers(options, target) : new Holders(options, target);
}

const TICK_MS = 20;

/** Registered phones that forget what they subscribed to and subscribe again, as some do that never believe an answer. */
class Loopers implements Abuser {
  private readonly phones: DatagramSocket[] = [];
  private readonly scanned = newScanned();
  private timer: NodeJS.Timeout | undefined;
  private counts = { sent: 0, accepted: 0, refused: 0, notified: 0 };
  private sent = 0;
  private readonly run = `l${Date.now().toString(36)}`;

  constructor(
    private readonly options: AbuseOptions,
    private readonly target: Endpoint,
  ) {}

  async start(): Promise<void> {
    if (this.phones.length === 0) await this.open();
    this.counts = { sent: 0, accepted: 0, refused: 0, notified: 0 };
    const { loopRate } = this.options;
    const startedAt = performance.now();
    this.timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1_000) * loopRate;
      while (this.counts.sent < due) this.subscribe(this.counts.sent % this.phones.length);
    }, TICK_MS);
  }

  stop(): Promise<AbuserCounts> {
    clearInterval(this.timer);
    return Promise.resolve({ ...this.counts });
  }

  private async open(): Promise<void> {
    const registered = new Set<number>();
    for (let n = 0; n < this.options.loopers; n += 1) {
      const phone = createSocket('udp4');
      await new Promise<void>((resolve) => phone.bind(0, `127.0.1.${n + 1}`, resolve));
      phone.on('error', () => undefined);
      phone.on('message', (bytes, { address, port }) => {
        if (!scan(bytes, this.scanned)) return;
        const { text, cseq } = this.scanned;
        if (!text.startsWith('SIP/2.0 ')) {
          this.counts.notified += 1;
          phone.send(okTo(this.scanned), port, address);
        } else if (cseq.includes('REGISTER')) registered.add(n);
        else if (text.startsWith('SIP/2.0 2')) this.counts.accepted += 1;
        else this.counts.refused += 1;
      });
      this.phones.push(phone);
    }
    for (let tries = 0; registered.size < this.options.loopers; tries += 1) {
      if (tries === 60) throw new Error('the looping phones cannot register');
      for (let n = 0; n < this.options.loopers; n += 1) if (!registered.has(n)) this.register(n);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  private register(n: number): void {
    const { host, port } = this.target;
    const mac = macOf(this.lineOf(n));
    const contact = `<${this.contactOf(n)}>;+sip.instance="<urn:uuid:00000000-0000-0000-0000-${mac}>"`;
    this.send(
      n,
      'REGISTER',
      `sip:${host}:${port}`,
      numberOf(this.lineOf(n)),
      `Contact: ${contact}\r\nExpires: 3600\r\n`,
    );
  }

  private subscribe(n: number): void {
    const { host } = this.target;
    // A line that nobody calls: what these subscriptions cost is their making.
    const watched = numberOf(this.lineOf((n + 1) % this.options.loopers));
    this.counts.sent += 1;
    this.send(n, 'SUBSCRIBE', `sip:${watched}@${host}`, watched, `Contact: <${this.contactOf(n)}>\r\nEvent: presence\r\nExpires: 3600\r\n`); // prettier-ignore
  }

  private send(n: number, method: string, uri: string, to: string, fields: string): void {
    const { host, port } = this.target;
    const id = `${this.run}${(this.sent += 1)}`;
    const { address, port: ownPort } = this.phones[n]?.address() ?? { address: '', port: 0 };
    this.phones[n]?.send(
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${address}:${ownPort};branch=z9hG4bK${id};rport\r\nMax-Forwards: 70\r\n` +
        `From: <sip:${numberOf(this.lineOf(n))}@${host}>;tag=${id}\r\nTo: <sip:${to}@${host}>\r\nCall-ID: ${id}@${address}\r\n` +
        `CSeq: 1 ${method}\r\n${fields}Content-Length: 0\r\n\r\n`,
      port,
      host,
    );
  }

  private contactOf(n: number): string {
    const { address, port } = this.phones[n]?.address() ?? { address: '', port: 0 };
    return `sip:${numberOf(this.lineOf(n))}@${address}:${port}`;
  }

  private lineOf(n: number): number {
    return this.options.lines + n;
  }
}

/** So many connections of one address: more than that would look like one address, not like many. */
const A_SOURCE = 200;
/** Connections opened in one second at most: an attacker's machine has its limits too. */
const OPENED_A_SECOND = 2_000;

/** Peers that connect and say nothing, one octet a second, or a request whose answers they never read. */
class Holders implements Abuser {
  /** By number; a connection that ended is opened again from the same address. */
  private readonly held = new Map<number, Socket>();
  private free: number[] = [];
  private timer: NodeJS.Timeout | undefined;
  private counts = { opened: 0, ended: 0, most: 0 };

  constructor(
    private readonly options: AbuseOptions,
    private readonly target: Endpoint,
  ) {}

  start(): Promise<void> {
    this.counts = { opened: 0, ended: 0, most: 0 };
    this.free = Array.from({ length: this.options.connections }, (_, n) => n);
    this.timer = setInterval(() => {
      for (const n of this.free.splice(0, (OPENED_A_SECOND * TICK_MS) / 1_000)) this.open(n);
      this.counts.most = Math.max(this.counts.most, this.held.size);
    }, TICK_MS);
    return Promise.resolve();
  }

  async stop(): Promise<AbuserCounts> {
    clearInterval(this.timer);
    const counts = { ...this.counts };
    const sockets = [...this.held.values()];
    this.held.clear();
    for (const socket of sockets) socket.destroy();
    return Promise.resolve(counts);
  }

  private open(n: number): void {
    const source = Math.floor(n / A_SOURCE);
    const localAddress = `127.0.${2 + Math.floor(source / 250)}.${1 + (source % 250)}`;
    const socket = connect({ ...this.target, localAddress });
    let trickle: NodeJS.Timeout | undefined;
    this.held.set(n, socket);
    this.counts.opened += 1;
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      if (n % 3 === 1) {
        socket.write('OPTIONS sip:');
        trickle = setInterval(() => socket.write('x'), 1_000);
      } else if (n % 3 === 2) {
        socket.pause();
        socket.write(optionsOf(n, this.target, localAddress));
      }
    });
    socket.once('close', () => {
      clearInterval(trickle);
      if (!this.held.delete(n)) return;
      this.counts.ended += 1;
      this.free.push(n);
    });
    socket.resume();
  }
}

function optionsOf(n: number, { host }: Endpoint, from: string): string {
  return (
    `OPTIONS sip:${host} SIP/2.0\r\nVia: SIP/2.0/TCP ${from};branch=z9hG4bKh${n}\r\nMax-Forwards: 70\r\n` +
    `From: <sip:h${n}@${from}>;tag=h${n}\r\nTo: <sip:${host}>\r\nCall-ID: h${n}@${from}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`
  );
}
