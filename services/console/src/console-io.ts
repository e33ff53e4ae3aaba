import type { Readable, Writable } from 'node:stream';

/** What a command line has around it; a test brings its own. */
export interface ConsoleIo {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * For a command that runs until it is stopped: fires at Ctrl-C, at SIGTERM and when nobody reads stdout any more.
   * Before it is asked for, a signal simply ends the process.
   */
  stopSignal(): AbortSignal;
}

/** Exit codes of `linewatch`. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Something an operator is told in one line (empty: all was said); the command then ends with that code. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

// What a terminal obeys instead of showing: C0, DEL, C1, and the characters that turn the direction of writing.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A text that came from a phone or another system, without what would steer the operator's terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, '?');
}
