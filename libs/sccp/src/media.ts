import { codecs } from './codes';
import type { AudioCapability } from './list-field';

/** What a phone's channels of sound are in the words of a session description, which is what the other side of a call speaks. */

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One payload type. `rate` is the RTP clock in Hz, `parameters` what `a=fmtp` says. */
export interface MediaCodec {
  readonly payload: number;
  readonly name: string;
  readonly rate: number;
  readonly parameters?: string;
}

/** One stream of audio: an offer, or an answer, as its writer sees it [RFC3264]. */
export interface MediaDescription {
  readonly address: string;
  readonly port: number;
  /** In order of preference. */
  readonly codecs: readonly MediaCodec[];
  /** Milliseconds of sound in a packet. */
  readonly ptime?: number;
  readonly direction: MediaDirection;
}

/** A codec both sides have: its Skinny number, and how the offer names it. */
export interface ChosenCodec {
  readonly compressionType: number;
  readonly codec: MediaCodec;
  /** The payload type of digits as RTP events [RFC4733]; absent when one side does not have them. */
  readonly digits?: MediaCodec;
}

interface Row {
  readonly compressionType: number;
  readonly codec: MediaCodec;
}

const row = (compressionType: number, payload: number, name: string, rate: number, parameters?: string): Row => ({
  compressionType,
  codec: { payload, name, rate, ...(parameters !== undefined && { parameters }) },
});

/** G.729 in all its Skinny numbers is one codec: without comfort noise all of them understand each other [RFC3555 4.1.9]. */
const rows: readonly Row[] = [
  row(codecs.g711Ulaw, 0, 'PCMU', 8000),
  row(codecs.g711Alaw, 8, 'PCMA', 8000),
  // The clock of G.722 is 8000 by a mistake that became the rule [RFC3551 4.5.2].
  row(codecs.g722, 9, 'G722', 8000),
  row(codecs.g729, 18, 'G729', 8000, 'annexb=no'),
  row(codecs.g729A, 18, 'G729', 8000, 'annexb=no'),
  row(codecs.g729B, 18, 'G729', 8000, 'annexb=no'),
  row(codecs.g729AB, 18, 'G729', 8000, 'annexb=no'),
  row(codecs.g7231, 4, 'G723', 8000),
  row(codecs.gsm, 3, 'GSM', 8000),
  row(codecs.g726at32k, 102, 'G726-32', 8000),
  row(codecs.ilbc, 103, 'iLBC', 8000, 'mode=20'),
  row(codecs.isac, 104, 'ISAC', 16000),
  row(codecs.opus, 105, 'opus', 48000),
];

const digits: MediaCodec = { payload: 101, name: 'telephone-event', rate: 8000, parameters: '0-15' };

/** What a phone can that has not said it yet: every one has these. */
export const assumedCapabilities: readonly AudioCapability[] = [
  { codec: codecs.g711Ulaw, maxFramesPerPacket: 20 },
  { codec: codecs.g711Alaw, maxFramesPerPacket: 20 },
];

const isDigits = ({ name }: MediaCodec): boolean => name.toLowerCase() === digits.name;

const hasDigits = (capabilities: readonly AudioCapability[]): boolean =>
  capabilities.some(({ codec }) => codec === codecs.rfc2833);

/** The codecs of an offer of a phone, in the order in which it named them; what SDP has no name for is left out. */
export function offeredCodecs(capabilities: readonly AudioCapability[]): readonly MediaCodec[] {
  const known = capabilities.flatMap(({ codec }) => rows.filter(({ compressionType }) => compressionType === codec));
  const once = known.filter(({ codec }, at) => known.findIndex((each) => each.codec.payload === codec.payload) === at);
  return [...once.map(({ codec }) => codec), ...(hasDigits(capabilities) ? [digits] : [])];
}

/**
 * The codec for a call: the first of the offer that the phone has, with the payload types of the offer [RFC3264 6.1].
 * Undefined when there is none.
 */
export function chooseCodec(
  offered: readonly MediaCodec[],
  capabilities: readonly AudioCapability[],
): ChosenCodec | undefined {
  for (const codec of offered) {
    const name = codec.name.toLowerCase();
    const matching = rows.filter((each) => each.codec.name.toLowerCase() === name && each.codec.rate === codec.rate);
    const found = matching.find(({ compressionType }) => capabilities.some((each) => each.codec === compressionType));
    if (!found) continue;
    const events = hasDigits(capabilities) ? offered.find(isDigits) : undefined;
    return {
      compressionType: found.compressionType,
      codec: { ...found.codec, payload: codec.payload },
      ...(events && { digits: events }),
    };
  }
  return undefined;
}

/** Whether the writer of a description wants to hear something, and says where. */
export function wantsSound({ direction, address, port }: MediaDescription): boolean {
  const hears = direction === 'sendrecv' || direction === 'recvonly';
  return hears && port !== 0 && address !== '0.0.0.0' && address !== '::';
}

/** The direction of an answer to an offer, when the answerer would send and hear [RFC3264 6.1]. */
export function answeringDirection(offered: MediaDirection): MediaDirection {
  return offered === 'sendonly' ? 'recvonly' : offered === 'recvonly' ? 'sendonly' : offered;
}
