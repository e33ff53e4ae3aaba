/** SIP, SIPS and other URIs [RFC3261 19.1]. */
import { bareHost, bracketHost, parsePort, skipHost } from './host';
import type { Params } from './lexical';

/**
 * A URI. Of sip and sips all parts are read; `user`, `password` and parameters are unescaped, `host` is lower case and
 * without brackets, `headers` is the text after the question mark. Of tel `user` is the number. Of any other scheme
 * `opaque` is everything after the colon, and `host` is empty.
 */
export interface SipUri {
  readonly scheme: string;
  readonly user?: string;
  readonly password?: string;
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
  readonly headers: string;
  readonly opaque?: string;
}

const NO_PARAMS: Params = new Map();

/** The scheme of a URI in lower case, or undefined when the text does not start with one. */
export function schemeOf(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i) | 32;
    if (c >= 97 && c <= 122) continue;
    const code = text.charCodeAt(i);
    if (i > 0 && code === 58) return text.slice(0, i).toLowerCase();
    if (i > 0 && ((code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46)) continue;
    return undefined;
  }
  return undefined;
}

/** Whether the text can be a URI at all: a scheme, something after it, and neither space, control, quote nor `<>`. */
export function looksLikeUri(text: string): boolean {
  const scheme = schemeOf(text);
  return scheme !== undefined && text.length > scheme.length + 1 && isVisible(text);
}

function isVisible(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c <= 32 || c === 34 || c === 60 || c === 62 || c === 127) return false;
  }
  return true;
}

/** Undoes %-escapes as UTF-8 (as Latin-1 when they are not UTF-8). Undefined when an escape lacks its two digits. */
export function unescapeText(text: string): string | undefined {
  for (let i = text.indexOf('%'); i !== -1; i = text.indexOf('%', i + 1)) {
    if (!isHexDigit(text.charCodeAt(i + 1)) || !isHexDigit(text.charCodeAt(i + 2))) return undefined;
  }
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
}

function isHexDigit(code: number): boolean {
  const lower = code | 32;
  return (code >= 48 && code <= 57) || (lower >= 97 && lower <= 102);
}

const USER_SAFE = /[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/gu;
const PASSWORD_SAFE = /[^A-Za-z0-9\-_.!~*'()&=+$,]/gu;
const PARAM_SAFE = /[^A-Za-z0-9\-_.!~*'()[\]/:&+$]/gu;

function escapeWith(unsafe: RegExp, text: string): string {
  return text.replace(unsafe, (character) => {
    let escaped = '';
    for (const byte of Buffer.from(character, 'utf8'))
      escaped += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
    return escaped;
  });
}

/** Escapes what may not stand in a user part [RFC3261 25.1 user]. */
export function escapeUser(user: string): string {
  return escapeWith(USER_SAFE, user);
}

/** Reads a URI of any scheme, or undefined when it is malformed. sip and sips are read strictly in host and port. */
export function parseUri(text: string): SipUri | undefined {
  const scheme = schemeOf(text);
  if (scheme === undefined || !isVisible(text)) return undefined;
  const start = scheme.length + 1;
  if (start === text.length) return undefined;
  if (scheme === 'sip' || scheme === 'sips') return parseSip(scheme, text, start);
  const opaque = text.slice(start);
  if (scheme !== 'tel') return { scheme, host: '', params: NO_PARAMS, headers: '', opaque };
  const semicolon = opaque.indexOf(';');
  const params = semicolon === -1 ? NO_PARAMS : uriParams(opaque, semicolon, opaque.length);
  const user = semicolon === -1 ? opaque : opaque.slice(0, semicolon);
  return params === undefined || user === '' ? undefined : { scheme, user, host: '', params, headers: '', opaque };
}

function parseSip(scheme: string, text: string, start: number): SipUri | undefined {
  const at = text.indexOf('@', start);
  let user: string | undefined;
  let password: string | undefined;
  if (at !== -1) {
    const info = text.slice(start, at);
    const colon = info.indexOf(':');
    user = unescapeText(colon === -1 ? info : info.slice(0, colon));
    if (user === undefined || user === '') return undefined;
    if (colon !== -1) {
      password = unescapeText(info.slice(colon + 1));
      if (password === undefined) return undefined;
    }
  }
  const hostStart = at === -1 ? start : at + 1;
  let i = skipHost(text, hostStart);
  if (i === -1) return undefined;
  const host = bareHost(text.slice(hostStart, i));
  let port: number | undefined;
  if (text.charCodeAt(i) === 58) {
    const portStart = ++i;
    while (i < text.length && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i++;
    port = parsePort(text.slice(portStart, i));
    if (port === undefined) return undefined;
  }
  if (i === text.length) return sipUri(scheme, user, password, host, port, NO_PARAMS, '');
  const question = text.indexOf('?', i);
  const end = question === -1 ? text.length : question;
  const params = i === end ? NO_PARAMS : uriParams(text, i, end);
  if (params === undefined) return undefined;
  return sipUri(scheme, user, password, host, port, params, question === -1 ? '' : text.slice(question + 1));
}

function sipUri(
  scheme: string,
  user: string | undefined,
  password: string | undefined,
  host: string,
  port: number | undefined,
  params: Params,
  headers: string,
): SipUri {
  const uri: { -readonly [K in keyof SipUri]: SipUri[K] } = { scheme, host, params, headers };
  if (user !== undefined) uri.user = user;
  if (password !== undefined) uri.password = password;
  if (port !== undefined) uri.port = port;
  return uri;
}

/** Parameters of a URI between two positions, the first of which holds a semicolon. */
function uriParams(text: string, from: number, to: number): Params | undefined {
  if (text.charCodeAt(from) !== 59) return undefined;
  const params = new Map<string, string | true>();
  for (const part of text.slice(from + 1, to).split(';')) {
    const equals = part.indexOf('=');
    const name = unescapeText(equals === -1 ? part : part.slice(0, equals))?.toLowerCase();
    const value = equals === -1 ? true : unescapeText(part.slice(equals + 1));
    if (name === undefined || name === '' || value === undefined) return undefined;
    if (!params.has(name)) params.set(name, value);
  }
  return params;
}

/** Writes a URI, escaping where its parts need it. */
export function formatUri(uri: SipUri): string {
  if (uri.opaque !== undefined) return `${uri.scheme}:${uri.opaque}`;
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += escapeUser(uri.user);
    if (uri.scheme === 'tel') return text + uriParamsText(uri.params);
    if (uri.password !== undefined) text += `:${escapeWith(PASSWORD_SAFE, uri.password)}`;
    text += '@';
  }
  text += bracketHost(uri.host);
  if (uri.port !== undefined) text += `:${uri.port}`;
  text += uriParamsText(uri.params);
  return uri.headers === '' ? text : `${text}?${uri.headers}`;
}

function uriParamsText(params: Params): string {
  let text = '';
  for (const [name, value] of params) {
    text += `;${escapeWith(PARAM_SAFE, name)}`;
    if (value !== true) text += `=${escapeWith(PARAM_SAFE, value)}`;
  }
  return text;
}

/** Parameters that make two URIs different when only one of them has it [RFC3261 19.1.4]. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];

/**
 * Whether two URIs are equal [RFC3261 19.1.4] [SB-83] [SB-103]: user and password by case, everything else without;
 * a parameter in one only matters when it is user, ttl, method, maddr or transport; headers must all be there in both,
 * in any order. A port or transport left out is not the default written.
 */
export function equalUri(a: SipUri, b: SipUri): boolean {
  if (a.scheme !== b.scheme) return false;
  if (a.scheme === 'tel' ? digitsOf(a) !== digitsOf(b) : a.opaque !== b.opaque || a.user !== b.user) return false;
  if (a.password !== b.password || a.host !== b.host || a.port !== b.port) return false;
  for (const [name, value] of a.params) {
    const other = b.params.get(name);
    if (other === undefined ? DECISIVE.includes(name) : lower(value) !== lower(other)) return false;
  }
  for (const name of DECISIVE) if (b.params.has(name) && !a.params.has(name)) return false;
  return comparableHeaders(a.headers) === comparableHeaders(b.headers);
}

/** A telephone number without its visual separators [RFC3966 4]. */
function digitsOf(uri: SipUri): string | undefined {
  return uri.user?.toLowerCase().replace(/[-.()]/g, '');
}

function lower(value: string | true): string | true {
  return value === true ? true : value.toLowerCase();
}

function comparableHeaders(headers: string): string {
  if (headers === '') return '';
  const fields = headers.split('&').map((field) => {
    const equals = field.indexOf('=');
    const name = equals === -1 ? field : field.slice(0, equals);
    return `${name.toLowerCase()}=${equals === -1 ? '' : (unescapeText(field.slice(equals + 1)) ?? field)}`;
  });
  return fields.sort().join('&');
}

/** The unescaped user part of a URI's text (the number of a tel URI), or undefined when there is none. */
export function userOf(text: string): string | undefined {
  return parseUri(text)?.user;
}
