import { createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';

/** A password that is kept as its hash, as `enable secret` and `username … secret` print it. */
export interface Secret {
  /** Cisco's types: `5` MD5 crypt, `8` PBKDF2-SHA-256, `9` scrypt; `0` is clear text, which only a typed line holds. */
  type: '0' | '5' | '8' | '9';
  /** `$9$<salt>$<hash>`; of type 0 the clear text. */
  text: string;
}

const CISCO64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const HASHED = {
  '5': /^\$1\$([./0-9A-Za-z]{1,8})\$[./0-9A-Za-z]{22}$/,
  '8': /^\$8\$([./0-9A-Za-z]{14})\$[./0-9A-Za-z]{43}$/,
  '9': /^\$9\$([./0-9A-Za-z]{14})\$[./0-9A-Za-z]{43}$/,
};

/** How many bytes of chance `hashSecret` needs. */
export const SALT_BYTES = 14;

/** Hashes a clear text as type 9. @param salt SALT_BYTES random bytes */
export function hashSecret(clear: string, salt: Uint8Array): Secret {
  const letters = [...salt.subarray(0, SALT_BYTES)].map((byte) => CISCO64[byte & 63]).join('');
  return { type: '9', text: type9(clear, letters) };
}

/** Whether a clear text is the one that was hashed. */
export function isSecret(secret: Secret, clear: string): boolean {
  const expected = secret.text;
  const given = hashLike(secret, clear);
  if (given === undefined) return false;
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one as Buffer, other as Buffer);
}

/** Whether a typed secret is what its type says: the salt and hash of that type, or any clear text. */
export function isWellFormed({ type, text }: Secret): boolean {
  return type === '0' ? text.length <= 128 : HASHED[type].test(text);
}

function hashLike({ type, text }: Secret, clear: string): string | undefined {
  if (type === '0') return clear;
  const salt = HASHED[type].exec(text)?.[1];
  if (salt === undefined) return undefined;
  if (type === '9') return type9(clear, salt);
  if (type === '8') return `$8$${salt}$${cisco64(pbkdf2Sync(clear, salt, 20_000, 32, 'sha256'))}`;
  return md5Crypt(clear, salt);
}

function type9(clear: string, salt: string): string {
  return `$9$${salt}$${cisco64(scryptSync(clear, salt, 32, { N: 16_384, r: 1, p: 1 }))}`;
}

function cisco64(bytes: Buffer): string {
  const text = bytes.toString('base64').replace(/=+$/, '');
  return [...text].map((letter) => CISCO64[BASE64.indexOf(letter)]).join('');
}

/** The crypt of FreeBSD that IOS uses for type 5; a thousand rounds of MD5. */
function md5Crypt(clear: string, salt: string): string {
  const md5 = (...parts: (string | Buffer)[]): Buffer => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const { length } = Buffer.from(clear);
  const mixed = md5(clear, salt, clear);
  const parts: (string | Buffer)[] = [clear, '$1$', salt];
  for (let left = length; left > 0; left -= 16) parts.push(mixed.subarray(0, Math.min(16, left)));
  for (let bits = length; bits > 0; bits >>= 1)
    parts.push(bits & 1 ? Buffer.from([0]) : Buffer.from(clear).subarray(0, 1));
  let hash = md5(...parts);
  for (let round = 0; round < 1000; round += 1) {
    const middle = [...(round % 3 ? [salt] : []), ...(round % 7 ? [clear] : [])];
    hash = round % 2 ? md5(clear, ...middle, hash) : md5(hash, ...middle, clear);
  }
  const order = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]] as const; // prettier-ignore
  const at = (index: number): number => hash[index] ?? 0;
  const letters = (value: number, count: number): string =>
    Array.from({ length: count }, (_, place) => CISCO64[(value >> (6 * place)) & 63]).join('');
  const groups = order.map(([a, b, c]) => letters((at(a) << 16) | (at(b) << 8) | at(c), 4));
  return `$1$${salt}$${groups.join('')}${letters(at(11), 2)}`;
}
