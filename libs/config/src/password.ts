import type { Password } from './config';

/** The fixed key of Cisco's type 7, a scrambling that anyone can undo. */
const TYPE_7_KEY = 'dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87';

/** The clear text of a configured password; undefined for type 6, whose key only the router has, and for a broken type 7. */
export function clearPassword(password: Password): string | undefined {
  switch (password.type) {
    case undefined:
    case '0':
      return password.text;
    case '7':
      return unscramble(password.text);
    case '6':
      return undefined;
  }
}

function unscramble(text: string): string | undefined {
  if (!/^\d\d([0-9a-f]{2})*$/i.test(text)) return undefined;
  const salt = Number(text.slice(0, 2));
  const bytes = [...Buffer.from(text.slice(2), 'hex')];
  return bytes.map((byte, at) => String.fromCharCode(byte ^ keyByte(salt + at))).join('');
}

function keyByte(at: number): number {
  return TYPE_7_KEY.charCodeAt(at % TYPE_7_KEY.length);
}
