import { TFTP_ERROR, type TftpPacket } from '../provisioning/tftp/packet';

/** One file on its way from a server, as data [RFC1350]. No options: a credential file is small. Pure. */
export interface Download {
  /** Octets that are taken. */
  readonly most: number;
  /** What was sent last, and is sent again when nothing comes. */
  readonly last: TftpPacket;
  /** Blocks that came, in their order. */
  readonly blocks: readonly Uint8Array[];
  readonly length: number;
  /** How often the same was sent again. */
  readonly tries: number;
}

export type DownloadInput =
  | { readonly kind: 'packet'; readonly packet: TftpPacket }
  /** The timer ran out. */
  | { readonly kind: 'timeout' };

export type DownloadEffect =
  | { readonly kind: 'send'; readonly packet: TftpPacket }
  /** In the place of the timer before. */
  | { readonly kind: 'timer'; readonly ms: number }
  | { readonly kind: 'done'; readonly content: Uint8Array }
  /** A sentence for an operator. */
  | { readonly kind: 'failed'; readonly problem: string };

export interface DownloadStep {
  readonly download: Download;
  readonly effects: readonly DownloadEffect[];
}

const BLOCK = 512;
const TIMEOUT_MS = 1_000;
const MOST_TRIES = 4;
const LONGEST_MESSAGE = 80;

/** Asks for a file. */
export function beginDownload(file: string, most: number): DownloadStep {
  const request: TftpPacket = { kind: 'read', file, mode: 'octet', options: new Map() };
  return sent({ most, last: request, blocks: [], length: 0, tries: 0 });
}

/** Takes what came from the server, or that nothing came. */
export function stepDownload(download: Download, input: DownloadInput): DownloadStep {
  if (input.kind === 'timeout') {
    if (download.tries >= MOST_TRIES) return failed(download, 'the server does not answer');
    return sent({ ...download, tries: download.tries + 1 });
  }
  const { packet } = input;
  switch (packet.kind) {
    case 'data':
      return takeBlock(download, packet.block, packet.data);
    case 'error':
      return failed(download, `the server says "${readable(packet.message)}" (${packet.code})`);
    case 'oack': {
      const refusal: TftpPacket = {
        kind: 'error',
        code: TFTP_ERROR.optionsRefused,
        message: 'No options were asked for',
      };
      return failed(download, 'the server wants options that were not asked for', refusal);
    }
    default:
      return { download, effects: [] };
  }
}

function takeBlock(download: Download, block: number, data: Uint8Array): DownloadStep {
  const { blocks, most } = download;
  const expected = (blocks.length + 1) & 0xffff;
  // The block before once more: its acknowledgement was lost.
  if (blocks.length > 0 && block === (blocks.length & 0xffff)) return sent(download);
  if (block !== expected || data.length > BLOCK) return { download, effects: [] };
  const length = download.length + data.length;
  if (length > most) {
    const refusal: TftpPacket = { kind: 'error', code: TFTP_ERROR.diskFull, message: 'The file is too long' };
    return failed(download, `the file is longer than ${most} octets`, refusal);
  }
  const next: Download = { most, last: { kind: 'ack', block }, blocks: [...blocks, data], length, tries: 0 };
  // A short block is the last one.
  if (data.length === BLOCK) return sent(next);
  const content = Buffer.concat(next.blocks);
  return {
    download: next,
    effects: [
      { kind: 'send', packet: next.last },
      { kind: 'done', content },
    ],
  };
}

function sent(download: Download): DownloadStep {
  return {
    download,
    effects: [
      { kind: 'send', packet: download.last },
      { kind: 'timer', ms: TIMEOUT_MS },
    ],
  };
}

function failed(download: Download, problem: string, last?: TftpPacket): DownloadStep {
  const farewell: DownloadEffect[] = last ? [{ kind: 'send', packet: last }] : [];
  return { download, effects: [...farewell, { kind: 'failed', problem }] };
}

/** Text of a server as one short line. */
function readable(message: string): string {
  return message.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_MESSAGE);
}
