import { z } from 'zod';

/** A session description as it crosses the bus: SDP, whatever the endpoint speaks [RFC8866, RFC3264]. */
export const sessionSchema = z.object({
  contentType: z.literal('application/sdp'),
  body: z.string().min(1).max(65_536),
});
export type SessionDescription = z.infer<typeof sessionSchema>;

/** Which way media flows, as its writer sees it [RFC3264 5.1]. */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One payload type of a stream. `rate` is the RTP clock in Hz. */
export interface AudioCodec {
  readonly payload: number;
  readonly name: string;
  readonly rate: number;
  /** Format parameters as written after the payload type (`annexb=no`, `0-16`). */
  readonly parameters?: string;
}

/** The first audio stream of a description. Port 0 says that the stream is refused [RFC3264 6]. */
export interface AudioDescription {
  readonly address: string;
  readonly port: number;
  /** In order of preference; at least one to be written. */
  readonly codecs: readonly AudioCodec[];
  /** Milliseconds of sound in a packet. */
  readonly ptime?: number;
  readonly direction: MediaDirection;
}

/** The payload types that need no `a=rtpmap` [RFC3551 6]. G.722's clock is 8000 by a mistake that became the rule. */
const staticPayloads: Readonly<Record<number, { readonly name: string; readonly rate: number }>> = {
  0: { name: 'PCMU', rate: 8000 },
  3: { name: 'GSM', rate: 8000 },
  4: { name: 'G723', rate: 8000 },
  8: { name: 'PCMA', rate: 8000 },
  9: { name: 'G722', rate: 8000 },
  15: { name: 'G728', rate: 8000 },
  18: { name: 'G729', rate: 8000 },
};

/** More payload types than any phone offers; the rest of a longer list is not read. */
const MAX_CODECS = 64;

/** Reads the first RTP audio stream. Undefined when the text has none that can be used. Lines may end in LF alone. */
export function parseSdp(body: string): AudioDescription | undefined {
  const lines = body.split(/\r?\n/);
  const firstMedia = lines.findIndex((line) => line.startsWith('m='));
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start < 0) return undefined;
  const next = lines.findIndex((line, index) => index > start && line.startsWith('m='));
  const media = lines.slice(start, next < 0 ? undefined : next);
  const session = lines.slice(0, firstMedia);

  const stream = /^m=audio (\d{1,5})(?:\/\d+)? (?:RTP\/\S+|UDP\/TLS\/RTP\/\S+) (.+)$/.exec(media[0] ?? '');
  const address = addressOf(media) ?? addressOf(session);
  if (!stream || address === undefined || Number(stream[1]) > 65_535) return undefined;
  const ptime = Number(attribute(media, 'ptime') ?? attribute(session, 'ptime'));
  return {
    address,
    port: Number(stream[1]),
    codecs: codecsOf(stream[2] ?? '', media),
    ...(Number.isInteger(ptime) && ptime > 0 && ptime <= 1000 ? { ptime } : {}),
    // The media's own attribute wins over the session's; without any it is sendrecv [RFC8866 6.7].
    direction: directionOf(media) ?? directionOf(session) ?? 'sendrecv',
  };
}

function addressOf(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const found = /^c=IN IP[46] ([^\s/]+)/.exec(line);
    if (found) return found[1];
  }
  return undefined;
}

function attribute(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((each) => each.startsWith(`a=${name}:`));
  return line?.slice(name.length + 3).trim();
}

function directionOf(lines: readonly string[]): MediaDirection | undefined {
  for (const line of lines) {
    const found = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.exec(line);
    if (found) return found[1] as MediaDirection;
  }
  return undefined;
}

function codecsOf(formats: string, media: readonly string[]): AudioCodec[] {
  const codecs: AudioCodec[] = [];
  for (const format of formats.trim().split(/\s+/).slice(0, MAX_CODECS)) {
    const payload = Number(format);
    if (!/^\d{1,3}$/.test(format) || payload > 127) continue;
    const map = media.map((line) => /^a=rtpmap:(\d+) ([^/\s]+)\/(\d{1,6})/.exec(line)).find((m) => m?.[1] === format);
    const known = map ? { name: map[2] ?? '', rate: Number(map[3]) } : staticPayloads[payload];
    if (!known) continue;
    const parameters = media.find((line) => line.startsWith(`a=fmtp:${format} `))?.slice(`a=fmtp:${format} `.length);
    codecs.push({ payload, ...known, ...(parameters === undefined ? {} : { parameters: parameters.trim() }) });
  }
  return codecs;
}

/**
 * Writes a description with one audio stream [RFC8866 5].
 *
 * @param sessionId a number that stays for the life of the session; its writer makes it
 * @param version raised by one with each change of the description [RFC3264 8]
 */
export function formatSdp(audio: AudioDescription, sessionId: number, version: number): SessionDescription {
  const family = audio.address.includes(':') ? 'IP6' : 'IP4';
  const lines = [
    'v=0',
    `o=- ${sessionId} ${version} IN ${family} ${audio.address}`,
    's=-',
    `c=IN ${family} ${audio.address}`,
    't=0 0',
    `m=audio ${audio.port} RTP/AVP ${audio.codecs.map((codec) => codec.payload).join(' ')}`,
    ...audio.codecs.map((codec) => `a=rtpmap:${codec.payload} ${codec.name}/${codec.rate}`),
    ...audio.codecs.flatMap((codec) =>
      codec.parameters === undefined ? [] : [`a=fmtp:${codec.payload} ${codec.parameters}`],
    ),
    ...(audio.ptime === undefined ? [] : [`a=ptime:${audio.ptime}`]),
    `a=${audio.direction}`,
  ];
  return { contentType: 'application/sdp', body: `${lines.join('\r\n')}\r\n` };
}

/**
 * Whether a description says hold: sound does not flow both ways [RFC3264 8.4], or the address is 0.0.0.0, as older
 * phones say it. True of the offer of the one who holds and of the answer of the one who is held.
 */
export function isHeld(session: SessionDescription): boolean {
  const audio = parseSdp(session.body);
  if (!audio) return false;
  return audio.direction !== 'sendrecv' || audio.address === '0.0.0.0' || audio.address === '::';
}
