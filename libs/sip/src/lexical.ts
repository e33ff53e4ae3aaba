/**
 * The lexical layer of RFC 3261 25.1: character classes, quoted strings, lists and parameters.
 * Every function is linear in its input, takes any text and never throws.
 */

/** Header and URI parameters: lower-case names; a value keeps its text as received (with its quotes, if any). */
export type Params = ReadonlyMap<string, string | true>;

const TOKEN = new Uint8Array(128);
for (const c of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~") TOKEN[c.charCodeAt(0)] = 1;

export const SPACE = 32;
export const TAB = 9;
const QUOTE = 34;
const BACKSLASH = 92;

/** Whether that UTF-16 code is a token character [RFC3261 25.1]. */
export function isTokenChar(code: number): boolean {
  return code < 128 && TOKEN[code] === 1;
}

/** Whether the text is one token: not empty, token characters only. */
export function isToken(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) if (!isTokenChar(text.charCodeAt(i))) return false;
  return true;
}

/** The first position at or after `from` that is neither space nor tab. */
export function skipSpace(text: string, from: number): number {
  let i = from;
  for (let c = text.charCodeAt(i); c === SPACE || c === TAB; c = text.charCodeAt(i)) i++;
  return i;
}

/** The first position at or after `from` that is no token character. */
export function skipToken(text: string, from: number): number {
  let i = from;
  while (i < text.length && isTokenChar(text.charCodeAt(i))) i++;
  return i;
}

/** `from` stands on the opening quote: the position after the closing one, or -1 when there is none. */
export function skipQuoted(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i++;
    else if (c === QUOTE) return i + 1;
  }
  return -1;
}

/** Puts text in quotes, escaping what must be [RFC3261 25.1 quoted-string]. Line breaks become spaces. */
export function quote(text: string): string {
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}

/** The content of a quoted string, escapes undone; text that is not quoted is given back as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== QUOTE || text.charCodeAt(text.length - 1) !== QUOTE) return text;
  const inner = text.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\([^]|$)/g, '$1') : inner;
}

/** Splits a header value at the commas outside quotes and angle brackets; empty elements are left out. */
export function splitList(text: string): string[] {
  if (!text.includes(',')) {
    const only = text.trim();
    return only === '' ? [] : [only];
  }
  const elements: string[] = [];
  let start = 0;
  let inBrackets = false;
  let balanced = true;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text[i] : ',';
    if (c === ',' && (!inBrackets || i === text.length)) {
      const element = text.slice(start, i).trim();
      if (element !== '') elements.push(element);
      start = i + 1;
    } else if (c === '"' && !inBrackets && balanced) {
      const after = skipQuoted(text, i);
      // Looked for once only: a text of nothing but quotes must not cost the square of its length.
      if (after === -1) balanced = false;
      else i = after - 1;
    } else if (c === '<') inBrackets = true;
    else if (c === '>') inBrackets = false;
  }
  return elements;
}

/** Whether that code may stand in an unquoted parameter value: tokens, hosts, and what phones put there in practice. */
function isValueChar(code: number): boolean {
  // Liberal on purpose: received=2001:db8::1 without brackets must be read [RFC5118 4.5].
  return code > SPACE && code !== 127 && code !== QUOTE && code !== 44 && code !== 59 && code !== 60 && code !== 62;
}

/**
 * Reads `*( ";" name [ "=" value ] )` from `from` on, spaces allowed around every sign. Stops at a comma or the end.
 * Of a name that stands twice the first one counts.
 * @returns where it stopped, or -1 when the text is no parameter list
 */
export function readParams(text: string, from: number, into: Map<string, string | true>): number {
  let i = skipSpace(text, from);
  while (i < text.length && text.charCodeAt(i) === 59) {
    const nameStart = skipSpace(text, i + 1);
    const nameEnd = skipToken(text, nameStart);
    if (nameEnd === nameStart) return -1;
    const name = text.slice(nameStart, nameEnd).toLowerCase();
    i = skipSpace(text, nameEnd);
    let value: string | true = true;
    if (text.charCodeAt(i) === 61) {
      const valueStart = skipSpace(text, i + 1);
      let valueEnd = valueStart;
      if (text.charCodeAt(valueStart) === QUOTE) valueEnd = skipQuoted(text, valueStart);
      else while (valueEnd < text.length && isValueChar(text.charCodeAt(valueEnd))) valueEnd++;
      if (valueEnd <= valueStart) return -1;
      value = text.slice(valueStart, valueEnd);
      i = skipSpace(text, valueEnd);
    }
    if (!into.has(name)) into.set(name, value);
  }
  return i >= text.length || text.charCodeAt(i) === 44 ? Math.min(i, text.length) : -1;
}

/** Reads `;name=value;flag`. Undefined when the text is anything else. An empty text has no parameters. */
export function parseParams(text: string): Params | undefined {
  const params = new Map<string, string | true>();
  return readParams(text, 0, params) === text.length ? params : undefined;
}

/** Writes parameters, each with its leading semicolon: `;name=value;flag`. */
export function formatParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) text += value === true ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** Reads digits only, leading zeros allowed; a number above `max` is undefined. */
export function parseDigits(text: string, max: number): number | undefined {
  if (text.length === 0) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
    if (value > max) return undefined;
  }
  return value;
}
