import { formatSdp, parseSdp, type SessionDescription } from '@linewatch/call';
import type { MediaDescription } from '@linewatch/sccp';

/** Between channels of sound, as stations know them, and session descriptions, as they cross the bus [sccp-wire 5.8]. */

/** Nothing can be agreed on with it: what an SDP without audio is for a phone. */
const NO_AUDIO: MediaDescription = { address: '0.0.0.0', port: 0, codecs: [], direction: 'inactive' };

/** The audio of a description. */
export function mediaOf(session: SessionDescription): MediaDescription {
  return parseSdp(session.body) ?? NO_AUDIO;
}

/** Writes the descriptions of one leg: one session, whose version rises with each change [RFC3264 8]. */
export class SessionWriter {
  private version = 0;
  private last: SessionDescription | undefined;

  /** @param id of the session, a number that no other leg of this edge has */
  constructor(private readonly id: number) {}

  write(media: MediaDescription): SessionDescription {
    const same = this.last && formatSdp(media, this.id, this.version);
    if (same && same.body === this.last?.body) return same;
    this.version += 1;
    this.last = formatSdp(media, this.id, this.version);
    return this.last;
  }
}
