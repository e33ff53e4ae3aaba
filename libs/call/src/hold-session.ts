import { formatSdp, parseSdp, type AudioCodec, type SessionDescription } from './session';

/** Sessions without sound, for a leg that has no phone: nobody listens and nobody speaks [RFC3264 8.4]. */

/** Every phone has one of these. */
const COMMON: readonly AudioCodec[] = [
  { payload: 0, name: 'PCMU', rate: 8000 },
  { payload: 8, name: 'PCMA', rate: 8000 },
  { payload: 9, name: 'G722', rate: 8000 },
  { payload: 18, name: 'G729', rate: 8000 },
];

/** The discard port: a stream that is kept open, to nowhere. */
const NOWHERE = { address: '0.0.0.0', port: 9, direction: 'inactive' } as const;

/** An offer of silence. @param version raised with each description of the same leg */
export function holdOffer(version: number): SessionDescription {
  return formatSdp({ ...NOWHERE, codecs: COMMON }, 1, version);
}

/** The answer to an offer, whatever it wants; undefined when it has no audio that can be read. */
export function holdAnswer(offer: SessionDescription, version: number): SessionDescription | undefined {
  const audio = parseSdp(offer.body);
  if (!audio || audio.codecs.length === 0) return undefined;
  return formatSdp({ ...NOWHERE, port: audio.port === 0 ? 0 : NOWHERE.port, codecs: audio.codecs }, 1, version);
}
