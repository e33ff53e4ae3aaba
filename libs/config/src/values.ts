import { formatIpv4, parseIpv4, parseMask } from './ip';
import { normaliseMac } from './mac';
import { type Token } from './tokens';

/** What differs between installations of the same language. */
export interface LanguageOptions {
  /**
   * Upper bound of dn and pool tags, `max-dn`, `max-pool` and `max-subscription`; the `?` help shows it.
   * Default 1,000,000.
   */
  platformMaximum?: number;
}

/** The platform's maximum where nothing else is said. */
export const DEFAULT_PLATFORM_MAXIMUM = 1_000_000;

/** A kind of argument in a command's pattern. */
export interface ValueType {
  /** As the `?` help shows it, e.g. `A.B.C.D`. */
  shown(options: LanguageOptions): string;
  /** The value, or undefined when the word is none of this kind. */
  read(token: Token, options: LanguageOptions): string | number | undefined;
  /** Takes everything to the end of the line as one word. */
  rest?: true;
}

/** `(60-3600)`; the upper end may be `MAX`, the platform's maximum. */
export function range(from: number, to: number | 'MAX'): ValueType {
  const upTo = (options: LanguageOptions) =>
    to === 'MAX' ? (options.platformMaximum ?? DEFAULT_PLATFORM_MAXIMUM) : to;
  return {
    shown: (options) => `<${from}-${upTo(options)}>`,
    read: ({ raw }, options) => {
      const value = /^\d{1,10}$/.test(raw) ? Number(raw) : NaN;
      return value >= from && value <= upTo(options) ? value : undefined;
    },
  };
}

/** The kinds of argument a pattern can name, beside ranges. */
export const VALUE_TYPES: Record<string, ValueType> = {
  'A.B.C.D': simple('A.B.C.D', ({ raw }) => {
    const address = parseIpv4(raw);
    return address === undefined ? undefined : formatIpv4(address);
  }),
  MASK: simple('A.B.C.D', ({ raw }) => {
    const mask = parseMask(raw);
    return mask === undefined ? undefined : formatIpv4(mask);
  }),
  'H.H.H': simple('H.H.H', ({ raw }) => normaliseMac(raw)),
  /** Any word. */
  WORD: simple('WORD', ({ raw }) => raw),
  /** A word that is used as a name: hostname, phone type, user. */
  NAME: simple('WORD', ({ raw }) => (/^[A-Za-z0-9][\w.:+-]{0,63}$/.test(raw) ? raw : undefined)),
  /** A directory number: up to 16 of `0-9 . + * #` [cme-presence 2.8]. */
  NUMBER: simple('WORD', ({ raw }) => (/^[0-9.+*#]{1,16}$/.test(raw) ? raw : undefined)),
  /** A number to dial; unlike a directory number it may have letters. */
  DIALED: simple('WORD', ({ raw }) => (/^[0-9A-Za-z.+*#]{1,32}$/.test(raw) ? raw : undefined)),
  /** A string of up to 30 characters, in quotes when it has blanks [cme-presence 2.4]. */
  STRING: simple('STRING', ({ text }) => (text.length <= 30 && !text.includes('"') ? text : undefined)),
  /** The rest of the line. */
  LINE: { ...simple('LINE', ({ raw }) => raw.trim() || undefined), rest: true },
  /** The rest of the line as a text for a phone's display: without `" < > & %` [cme-presence 2.8]. */
  TEXT: { ...simple('LINE', ({ raw }) => displayText(raw)), rest: true },
  /** Where a file is: `flash:cred1.csv`, `tftp://172.18.207.15/labtest/cred1.csv`. */
  URL: simple('URL', ({ raw }) => (/^[a-z][a-z0-9+.-]*:\S+$/i.test(raw) ? raw : undefined)),
};

function simple(shown: string, read: (token: Token) => string | undefined): ValueType {
  return { shown: () => shown, read };
}

function displayText(raw: string): string | undefined {
  const text = raw
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  return text !== '' && text.length <= 64 && !/["<>&%]/.test(text) ? text : undefined;
}
