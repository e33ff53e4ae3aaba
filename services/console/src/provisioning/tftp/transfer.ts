import { type TransferSettings, negotiate } from './options';
import { TFTP_ERROR, type TftpPacket, type TftpRequest } from './packet';

/** One file on its way to a client, as data [RFC1350, RFC2347, RFC7440]. */
export interface Transfer {
  /** As it is sent: in netascii the text is changed already. */
  readonly content: Uint8Array;
  readonly settings: TransferSettings;
  /** Options that the client has not acknowledged yet; nothing of the file is sent before. */
  readonly offered?: ReadonlyMap<string, string>;
  /** Blocks that the client has. */
  readonly acknowledged: number;
  /** Blocks that were sent. */
  readonly sent: number;
  /** How often it was sent again since the last acknowledgement. */
  readonly tries: number;
  /** When it is given up at the latest, in milliseconds of the clock of `step`. */
  readonly deadline: number;
}

export type TransferInput =
  | { readonly kind: 'packet'; readonly packet: TftpPacket }
  /** The timer ran out. */
  | { readonly kind: 'timeout' };

/** How a transfer ended: with the whole file, by the client's word, or without an answer. */
export type TransferResult = 'served' | 'cancelled' | 'given_up';

export type TransferEffect =
  | { readonly kind: 'send'; readonly packet: TftpPacket }
  /** In the place of the timer before. */
  | { readonly kind: 'timer'; readonly ms: number }
  | { readonly kind: 'done'; readonly result: TransferResult };

export interface TransferStep {
  readonly transfer: Transfer;
  readonly effects: readonly TransferEffect[];
}

/** How often the same is sent again. */
export const MOST_TRIES = 5;
/** Doubled at each try, where the client asked for no time-out of its own. */
const FIRST_TIMEOUT_MS = 1000;
const LONGEST_TIMEOUT_MS = 4000;
/** A client that is so slow holds a place that others need. */
export const LONGEST_TRANSFER_MS = 60_000;

/**
 * Begins to send a file.
 * @param now of a monotonic clock, in milliseconds
 */
export function begin(request: TftpRequest, file: Uint8Array, now: number): TransferStep {
  const content = request.mode === 'netascii' ? netascii(file) : file;
  const { granted, settings } = negotiate(request, content.length);
  const offers = granted.size > 0;
  const transfer: Transfer = {
    content,
    settings,
    ...(offers && { offered: granted }),
    acknowledged: 0,
    sent: 0,
    tries: 0,
    deadline: now + LONGEST_TRANSFER_MS,
  };
  return sendNext(transfer);
}

/** Takes what came, or that nothing came. What says nothing new is not answered: else each block would be sent twice. */
export function step(transfer: Transfer, input: TransferInput, now: number): TransferStep {
  if (now >= transfer.deadline) return givenUp(transfer);
  if (input.kind === 'timeout') {
    if (transfer.tries >= MOST_TRIES) return givenUp(transfer);
    return sendNext({ ...transfer, tries: transfer.tries + 1, sent: transfer.acknowledged });
  }
  switch (input.packet.kind) {
    case 'ack':
      return takeAck(transfer, input.packet.block);
    case 'error':
      return { transfer, effects: [{ kind: 'done', result: 'cancelled' }] };
    default:
      return { transfer, effects: [] };
  }
}

function takeAck(transfer: Transfer, block: number): TransferStep {
  const { offered: _, ...accepted } = transfer;
  if (transfer.offered) return block === 0 ? sendNext({ ...accepted, tries: 0 }) : { transfer, effects: [] };
  // Block numbers begin again at 0 after 65535.
  const news = (block - transfer.acknowledged) & 0xffff;
  const acknowledged = transfer.acknowledged + news;
  if (news === 0 || acknowledged > transfer.sent) return { transfer, effects: [] };
  if (acknowledged === blocksOf(transfer))
    return { transfer: { ...transfer, acknowledged }, effects: [{ kind: 'done', result: 'served' }] };
  // What was sent beyond got lost [RFC7440 4].
  return sendNext({ ...transfer, acknowledged, sent: acknowledged, tries: 0 });
}

/** The offer, or the next window. */
function sendNext(transfer: Transfer): TransferStep {
  const { offered, acknowledged, settings } = transfer;
  const timer = { kind: 'timer', ms: timeoutOf(transfer) } as const;
  if (offered) return { transfer, effects: [{ kind: 'send', packet: { kind: 'oack', options: offered } }, timer] };
  const sent = Math.min(acknowledged + settings.windowSize, blocksOf(transfer));
  const blocks = Array.from({ length: sent - acknowledged }, (_, at) => blockOf(transfer, acknowledged + 1 + at));
  return { transfer: { ...transfer, sent }, effects: [...blocks, timer] };
}

function blockOf({ content, settings: { blockSize } }: Transfer, block: number): TransferEffect {
  const data = content.subarray((block - 1) * blockSize, block * blockSize);
  return { kind: 'send', packet: { kind: 'data', block: block & 0xffff, data } };
}

/** The last one is shorter than the others, so that the client knows it; it may be empty. */
function blocksOf({ content, settings: { blockSize } }: Transfer): number {
  return Math.floor(content.length / blockSize) + 1;
}

function timeoutOf({ settings: { timeoutMs }, tries }: Transfer): number {
  return timeoutMs ?? Math.min(FIRST_TIMEOUT_MS * 2 ** tries, LONGEST_TIMEOUT_MS);
}

function givenUp(transfer: Transfer): TransferStep {
  const packet = { kind: 'error', code: TFTP_ERROR.notDefined, message: 'No answer in time' } as const;
  return {
    transfer,
    effects: [
      { kind: 'send', packet },
      { kind: 'done', result: 'given_up' },
    ],
  };
}

/** A text as netascii has it: lines end with CR LF, and a CR alone is CR NUL [RFC1350, RFC764]. */
function netascii(text: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (const byte of text) {
    if (byte === 0x0a) bytes.push(0x0d);
    bytes.push(byte);
    if (byte === 0x0d) bytes.push(0);
  }
  return Uint8Array.from(bytes);
}
