/** The failures of a neighbour, as small classes; the caller maps them to its protocol in one table. */

/** NATS did not answer in time, or there is no connection. Whether the message was stored is not known: retry with the same id. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** Somebody appended to this subject first. `actual` is its last sequence (0: none). */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  constructor(
    readonly subject: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`The last sequence of ${subject} is ${actual}, not ${expected}: somebody wrote first; read again.`);
  }
}

/** JetStream refused the message, and will refuse it again until somebody acts (too big, stream full, no such stream). */
export class RejectedError extends Error {
  override readonly name = 'RejectedError';
  constructor(
    message: string,
    /** JetStream's err_code, 0 when the client refused. */
    readonly code: number,
    /** True when this very message can never be stored. */
    readonly permanent: boolean,
  ) {
    super(message);
  }
}

/** The other side answered a question with an error; `word` says which. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  constructor(
    readonly word: string,
    message: string = word,
  ) {
    super(message);
  }
}

/** The outbox holds as many facts as it may. */
export class OutboxFullError extends Error {
  override readonly name = 'OutboxFullError';
}

/** A stream is not what linewatch asked for; see its message for the field and both values. */
export class StreamMismatchError extends Error {
  override readonly name = 'StreamMismatchError';
}
