/** A file could not be fetched; the message is one for an operator. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

export interface FetchLimits {
  /** Octets; what is longer is not read to its end. */
  readonly most: number;
  readonly withinMs: number;
}
