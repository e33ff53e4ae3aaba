import type { TftpRequest } from './packet';

/** How a file is sent, as it was agreed upon. */
export interface TransferSettings {
  /** Octets in a block [RFC2348]. */
  readonly blockSize: number;
  /** Blocks that may be sent before one is acknowledged [RFC7440]. */
  readonly windowSize: number;
  /** After how long without an answer it is sent again; absent: as the server thinks right [RFC2349]. */
  readonly timeoutMs?: number;
}

/** What both know when nothing is said [RFC1350]. */
export const PLAIN_SETTINGS: TransferSettings = { blockSize: 512, windowSize: 1 };

/** A block with its headers fits an Ethernet frame; a larger one would travel in fragments. */
export const LARGEST_BLOCK = 1468;
export const LARGEST_WINDOW = 16;
/** A longer one would hold a place for nothing. */
const LONGEST_TIMEOUT_S = 10;

/**
 * Which options of a request are granted. One that cannot be is left out of the answer, as if it had not been there
 * [RFC2347].
 * @param size of the file in octets
 * @returns what to acknowledge, empty for nothing, and what holds from then on
 */
export function negotiate(
  { options }: Pick<TftpRequest, 'options'>,
  size: number,
): { granted: ReadonlyMap<string, string>; settings: TransferSettings } {
  const granted = new Map<string, string>();
  let settings = PLAIN_SETTINGS;
  const grant = (name: string, value: number): number => {
    granted.set(name, String(value));
    return value;
  };
  for (const [name, text] of options) {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    if (value === undefined) continue;
    if (name === 'tsize') grant(name, size);
    if (name === 'blksize' && value >= 8 && value <= 65_464)
      settings = { ...settings, blockSize: grant(name, Math.min(value, LARGEST_BLOCK)) };
    if (name === 'windowsize' && value >= 1 && value <= 65_535)
      settings = { ...settings, windowSize: grant(name, Math.min(value, LARGEST_WINDOW)) };
    // It is granted as it was asked for or not at all [RFC2349].
    if (name === 'timeout' && value >= 1 && value <= LONGEST_TIMEOUT_S)
      settings = { ...settings, timeoutMs: grant(name, value) * 1000 };
  }
  return { granted, settings };
}
