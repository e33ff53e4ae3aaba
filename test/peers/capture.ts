import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { type SipEndpoint, until } from '@linewatch/kit';
import { Child } from './child';
import { type CapturedMessage, first, PdmlReader } from './pdml';
import { toolPath } from './tools';

const LIFE_S = 300;
const STARTED_WITHIN_MS = 30_000;
const SEEN_WITHIN_MS = 15_000;
const MARK_EVERY_MS = 100;

/**
 * All SIP between a system and its phones, read by tshark from the loopback interface and decoded by it. The capture
 * itself stays in the test's folder as `sip.pcapng`.
 */
export class Capture {
  private seen: CapturedMessage[] = [];
  private readonly child: Child;
  private marks = 0;
  private lastMark = '';

  private constructor(
    { host, port }: SipEndpoint,
    folder: string,
    private readonly marker: Socket,
  ) {
    const markerPort = marker.address().port;
    const reader = new PdmlReader(({ fields, messages }) => {
      if (first(fields, 'udp.dstport') === String(markerPort)) this.lastMark = first(fields, 'data.data') ?? '';
      this.seen.push(...messages);
    });
    const filter = `(host ${host} and port ${port}) or (host 127.0.0.1 and udp port ${markerPort})`;
    const decodeAs = ['udp', 'tcp'].flatMap((transport) => ['-d', `${transport}.port==${port},sip`]);
    const file = join(folder, 'sip.pcapng');
    const args = ['-i', 'lo', '-f', filter, '-w', file, '-P', '-l', '-a', `duration:${LIFE_S}`, ...decodeAs];
    // Documents whose media type tshark does not know by name, such as dialog-info, are taken apart as XML too.
    const shown = ['--enable-heuristic', 'xml_sip', '-n', '-T', 'pdml', '-J', 'frame ip udp tcp data sip'];
    this.child = new Child(toolPath('tshark'), [...args, ...shown], {
      name: 'tshark',
      folder,
      onOutput: (text) => reader.write(text),
    });
  }

  /**
   * Starts one for what goes to and from that address and port.
   * @throws Error with tshark's words, such as that it may not listen on the interface
   */
  static async start(sip: SipEndpoint, folder: string): Promise<Capture> {
    const marker = createSocket('udp4');
    marker.bind(0, '127.0.0.1');
    await once(marker, 'listening');
    const capture = new Capture(sip, folder, marker);
    try {
      await capture.settle(STARTED_WITHIN_MS);
    } catch (error) {
      await capture.stop();
      throw error;
    }
    return capture;
  }

  /** Every SIP message since the start, or since `forget`, in the order on the wire. */
  messages(): readonly CapturedMessage[] {
    return this.seen;
  }

  /** Resolves when everything that was on the wire before is in `messages()`. */
  async settle(withinMs = SEEN_WITHIN_MS): Promise<void> {
    // A datagram to itself goes through the same capture: what came before it has been seen when it is seen.
    const mark = Buffer.from(`mark ${++this.marks}`);
    const { address, port } = this.marker.address();
    let sentAt = -Infinity;
    const expected = [...mark].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
    await this.withLadder(
      until(
        () => {
          if (this.child.isOver) throw new Error(`tshark ended: ${this.child.said()}`);
          if (performance.now() - sentAt > MARK_EVERY_MS) {
            // Again, as the first ones may come before tshark listens.
            this.marker.send(mark, port, address);
            sentAt = performance.now();
          }
          return this.lastMark === expected;
        },
        'tshark showing what is on the loopback interface',
        withinMs,
      ),
    );
  }

  /** Begins anew with what comes from now on. */
  async forget(): Promise<void> {
    await this.settle();
    this.seen = [];
  }

  /**
   * The first message of which the condition holds, now or when it comes.
   * @throws Error at the deadline with the messages that came
   */
  async untilSeen(
    what: string,
    condition: (message: CapturedMessage) => boolean,
    withinMs = SEEN_WITHIN_MS,
  ): Promise<CapturedMessage> {
    await this.withLadder(until(() => this.seen.some(condition), `${what} in the capture`, withinMs));
    return this.seen.find(condition) as CapturedMessage;
  }

  /** Resolves when the condition holds over all messages. @throws like {@link untilSeen} */
  async until(
    what: string,
    condition: (messages: readonly CapturedMessage[]) => boolean,
    withinMs = SEEN_WITHIN_MS,
  ): Promise<void> {
    await this.withLadder(until(() => condition(this.seen), `${what} in the capture`, withinMs));
  }

  /** Ends tshark. */
  async stop(): Promise<void> {
    this.marker.close();
    await this.child.end('SIGINT');
  }

  /** One line a message: what a reader of a failed test wants to see. */
  ladder(): string {
    return this.seen.map(lineOf).join('\n');
  }

  private async withLadder(waiting: Promise<void>): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      throw new Error(`${(error as Error).message}; it holds:\n${this.ladder()}`, { cause: error });
    }
  }
}

function lineOf({ frame, at, source, destination, method, status, cseqMethod, callId, fields }: CapturedMessage) {
  const what = method ?? `${status} (${cseqMethod})`;
  const state = first(fields, 'sip.Subscription-State');
  const document = (fields.get('xml.tag') ?? []).filter((tag) => /on-the-phone|<state/.test(tag));
  const words = [...(fields.get('xml.cdata') ?? []), ...document].join(' ').trim();
  const tail = [state, words].filter(Boolean).join(' ');
  return `${frame} ${at.toFixed(3)} ${source} → ${destination} ${what} ${callId} ${tail}`.trimEnd();
}
