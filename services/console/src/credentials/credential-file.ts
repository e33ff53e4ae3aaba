import { MAX_CREDENTIAL_PAIRS, MAX_USERNAME_LENGTH } from '@linewatch/presence';

/** The text of a credential file: `username,password` a line, blanks trimmed, empty lines ignored [cme-presence 2.7]. Pure. */

/** Octets of a file that is taken. */
export const MAX_CREDENTIAL_FILE_BYTES = 128 * 1024;
const MAX_PASSWORD_LENGTH = 256;
/** Lines that are named when a whole file is wrong. */
const MOST_PROBLEMS = 10;

export interface Pair {
  readonly username: string;
  readonly password: string;
}

/** The pairs in their order, or sentences that say what is wrong in which line; none of them holds what stands there. */
export type ReadCredentials = { readonly pairs: readonly Pair[] } | { readonly problems: readonly string[] };

/**
 * Reads a file. One bad line and nothing of it counts: half a file would be hard to notice. A comma in a password is part
 * of it, as only the first one separates.
 */
export function readCredentialFile(bytes: Uint8Array): ReadCredentials {
  if (bytes.length > MAX_CREDENTIAL_FILE_BYTES)
    return { problems: [`the file is longer than ${MAX_CREDENTIAL_FILE_BYTES} octets`] };
  const text = decoded(bytes);
  if (text === undefined) return { problems: ['the file is not text in UTF-8'] };
  const pairs: Pair[] = [];
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const pair = readLine(line);
    const number = index + 1;
    if (typeof pair === 'string') return void problems.push(`line ${number}: ${pair}`);
    const key = JSON.stringify([pair.username, pair.password]);
    const first = lineOf.get(key);
    if (first !== undefined) return void problems.push(`line ${number}: the same pair as in line ${first}`);
    lineOf.set(key, number);
    pairs.push(pair);
  });
  if (pairs.length > MAX_CREDENTIAL_PAIRS) problems.push(`more than ${MAX_CREDENTIAL_PAIRS} pairs`);
  if (problems.length === 0) return { pairs };
  const more = problems.length - MOST_PROBLEMS;
  return { problems: more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `and ${more} more`] : problems };
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    // A mark of byte order at the start is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The pair of a line, or what is wrong with it. */
function readLine(line: string): Pair | string {
  const comma = line.indexOf(',');
  if (comma < 0) return 'there is no comma; a line is username,password';
  const username = line.slice(0, comma).trim();
  const password = line.slice(comma + 1).trim();
  if (username === '') return 'there is no user name before the comma';
  if (password === '') return 'there is no password behind the comma';
  if (username.length > MAX_USERNAME_LENGTH) return `the user name is longer than ${MAX_USERNAME_LENGTH} characters`;
  if (password.length > MAX_PASSWORD_LENGTH) return `the password is longer than ${MAX_PASSWORD_LENGTH} characters`;
  // `user:realm:password` is what is hashed: a colon would make two users look alike [RFC7616 3.4.2].
  if (username.includes(':')) return 'a user name has no colon';
  if (/[\x00-\x1f\x7f]/.test(username + password)) return 'there is a control character';
  return { username, password };
}
