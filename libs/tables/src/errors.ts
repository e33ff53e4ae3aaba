/**
 * Redis did not answer in time, there is no connection, or it cannot serve now. Whether a write was done is not known;
 * every write of the tables may be repeated.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** Words at the head of a Redis error that speak of the server's condition, not of what was asked. */
const conditions = new Set([
  'READONLY',
  'LOADING',
  'CLUSTERDOWN',
  'MASTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'BUSY',
  'OOM',
  'MISCONF',
  'NOREPLICAS',
  'NOSCRIPT',
  'NOAUTH',
  'NOPERM',
  'WRONGPASS',
]);

/** Whether a failed command says that Redis is not well, rather than that we asked for nonsense. */
export function isConditionOfServer(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false;
  if (error.name !== 'ReplyError') return true;
  return conditions.has(error.message.split(' ', 1)[0] ?? '');
}
