import { parseButton, parsePositions } from './buttons';
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

/** The platform's maximum in force. */
export function maximumOf(options: LanguageOptions): number {
  return options.platformMaximum ?? DEFAULT_PLATFORM_MAXIMUM;
}

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
  const upTo = (options: LanguageOptions) => (to === 'MAX' ? maximumOf(options) : to);
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
  /** A number of SCCP phones, up to 16 characters; letters cannot be dialled on a phone [cme-presence 2.8]. */
  EXTENSION: simple('WORD', ({ raw }) => (/^[0-9A-Za-z.+*#]{1,16}$/.test(raw) ? raw : undefined)),
  /** A pattern of numbers to dial: `9T`, `1...`, `[2-4]..`. */
  DIALPLAN: simple('WORD', ({ raw }) => (/^[0-9A-Fa-fTt+*#.,[\]\-^()%?$]{1,64}$/.test(raw) ? raw : undefined)),
  /** One button of a phone, e.g. `1:1`, `2o3,4`. */
  BUTTON: simple('WORD', ({ raw }, options) => (parseButton(raw, maximumOf(options)) ? raw : undefined)),
  /** Physical keys, e.g. `1,3-5`. */
  POSITIONS: simple('WORD', ({ raw }) => (parsePositions(raw) ? raw : undefined)),
  /** Tags with commas between. */
  TAGS: simple('WORD', ({ raw }) => (/^\d{1,10}(,\d{1,10}){0,19}$/.test(raw) ? raw : undefined)),
  /** Where a dial peer leads; an IPv4 target has to be one. */
  TARGET: simple('WORD', ({ raw }) => sessionTarget(raw)),
  /** A string of up to 30 characters, in quotes when it has blanks [cme-presence 2.4]. */
  STRING: simple('STRING', ({ text }) => (text.length <= 30 && !text.includes('"') ? text : undefined)),
  /** The name of a user, in quotes when it has blanks. */
  USER: simple('WORD', ({ text }) => (text.length <= 64 && !text.includes('"') ? text : undefined)),
  /** The rest of the line. */
  LINE: { ...simple('LINE', ({ raw }) => printable(raw, 256)), rest: true },
  /** The rest of the line as a text for a display; quotes are part of it. */
  DISPLAY: { ...simple('LINE', ({ raw }) => printable(raw, 64)), rest: true },
  /** The same, as short as the label of a key. */
  LABEL: { ...simple('LINE', ({ raw }) => printable(raw, 30)), rest: true },
  /** The rest of the line as a text for a phone's display: without `" < > & %` [cme-presence 2.8]. */
  TEXT: { ...simple('LINE', ({ raw }) => displayText(raw)), rest: true },
  /** A public key in base64, with or without the comment that stands behind it in a `.pub` file. */
  KEY: {
    ...simple('LINE', ({ raw }) => (/^[A-Za-z0-9+/]{16,900}={0,2}([ \t]+[ -~]*)?$/.test(raw) ? raw : undefined)),
    rest: true,
  },
  /** Where a file is: `flash:cred1.csv`, `tftp://172.18.207.15/labtest/cred1.csv`. */
  URL: simple('URL', ({ raw }) => (/^[a-z][a-z0-9+.-]*:\S+$/i.test(raw) ? raw : undefined)),
};

function simple(shown: string, read: (token: Token, options: LanguageOptions) => string | undefined): ValueType {
  return { shown: () => shown, read };
}

function printable(raw: string, length: number): string | undefined {
  const text = raw.trim();
  return text !== '' && text.length <= length && !/[\x00-\x1f\x7f]/.test(text) ? text : undefined;
}

function sessionTarget(raw: string): string | undefined {
  const [, host, port] = /^ipv4:([^:]*)(?::(\d{1,5}))?$/.exec(raw) ?? [];
  if (host === undefined) return /^(?!ipv4)[a-z][a-z0-9-]*(:\S+)?$/i.test(raw) ? raw : undefined;
  const isPort = port === undefined || (Number(port) >= 1 && Number(port) <= 65535);
  return parseIpv4(host) !== undefined && isPort ? raw : undefined;
}

function displayText(raw: string): string | undefined {
  const text = raw
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  return text !== '' && text.length <= 64 && !/["<>&%]/.test(text) ? text : undefined;
}
