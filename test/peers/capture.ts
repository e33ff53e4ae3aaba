import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { type SipEndpoint, until } from '@linewatch/kit';
import { Child } from './child';
import { type CapturedFrame, type CapturedMessage, first, PdmlReader, sipMessagesOf } from './pdml';
import { toolPath } from './tools';

const LIFE_S = 300;
const STARTED_WITHIN_MS = 30_000;
const SEEN_WITHIN_MS = 15_000;
const MARK_EVERY_MS = 100;

/** What is captured, and how tshark is told to take it apart. */
export interface CapturedKind<Message> {
  readonly name: string;
  /** Transports and tshark's name for the protocol behind the port. */
  readonly decodeAs: readonly string[];
  /** More options of tshark. */
  readonly options: readonly string[];
  messagesOf(frame: CapturedFrame): readonly Message[];
  /** One line for a reader of a failed test. */
  lineOf(message: Message): string;
}

/** All SIP. Documents whose media type tshark does not know by name, such as dialog-info, are taken apart as XML too. */
export const sipKind: CapturedKind<CapturedMessage> = {
  name: 'sip',
  decodeAs: ['udp', 'tcp'],
  options: ['--enable-heuristic', 'xml_sip'],
  messagesOf: sipMessagesOf,
  lineOf,
};

/**
 * All that one protocol has between a system and its phones, read by tshark from the loopback interface and decoded by
 * it. The capture itself stays in the test's folder as `sip.pcapng` or by the kind's other name.
 */
export class Capture<Message = CapturedMessage> {
  private seen: Message[] = [];
  private readonly complained: string[] = [];
  private readonly child: Child;
  private marks = 0;
  private lastMark = '';

  private constructor(
    private readonly kind: CapturedKind<Message>,
    { host, port }: SipEndpoint,
    folder: string,
    private readonly marker: Socket,
    program: string,
  ) {
    const markerPort = marker.address().port;
    const reader = new PdmlReader((frame) => {
      const { fields, complaints } = frame;
      if (first(fields, 'udp.dstport') === String(markerPort)) this.lastMark = first(fields, 'data.data') ?? '';
      this.seen.push(...kind.messagesOf(frame));
      this.complained.push(...complaints.map((text) => `frame ${first(fields, 'frame.number')}: ${text}`));
    });
    const filter = `(host ${host} and port ${port}) or (host 127.0.0.1 and udp port ${markerPort})`;
    const decodeAs = kind.decodeAs.flatMap((transport) => ['-d', `${transport}.port==${port},${kind.name}`]);
    const file = join(folder, `${kind.name}.pcapng`);
    const args = ['-i', 'lo', '-f', filter, '-w', file, '-P', '-l', '-a', `duration:${LIFE_S}`, ...decodeAs];
    const layers = `frame ip udp tcp data ${kind.name} _ws.malformed _ws.short _ws.unreassembled`;
    const shown = ['-n', '-T', 'pdml', '-J', layers];
    this.child = new Child(program, [...args, ...kind.options, ...shown], {
      name: 'tshark',
      folder,
      onOutput: (text) => reader.write(text),
    });
  }

  /**
   * Starts one for what goes to and from that address and port.
   * @throws Error with tshark's words, such as that it may not listen on the interface
   */
  static async start<Message>(
    kind: CapturedKind<Message>,
    endpoint: SipEndpoint,
    folder: string,
  ): Promise<Capture<Message>> {
    const program = toolPath('tshark');
    const marker = createSocket('udp4');
    marker.bind(0, '127.0.0.1');
    await once(marker, 'listening');
    const capture = new Capture(kind, endpoint, folder, marker, program);
    try {
      await capture.settle(STARTED_WITHIN_MS);
    } catch (error) {
      await capture.stop();
      throw error;
    }
    return capture;
  }

  /** Everything tshark found wrong with frames since the start, each with the number of its frame. */
  complaints(): readonly string[] {
    return this.complained;
  }

  /** Every message since the start, or since `forget`, in the order on the wire. */
  messages(): readonly Message[] {
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
  async untilSeen(what: string, condition: (message: Message) => boolean, withinMs = SEEN_WITHIN_MS): Promise<Message> {
    await this.withLadder(until(() => this.seen.some(condition), `${what} in the capture`, withinMs));
    return this.seen.find(condition) as Message;
  }

  /** Resolves when the condition holds over all messages. @throws like {@link untilSeen} */
  async until(
    what: string,
    condition: (messages: readonly Message[]) => boolean,
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
    return this.seen.map((message) => this.kind.lineOf(message)).join('\n');
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
