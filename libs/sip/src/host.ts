/** Hosts and ports as SIP writes them [RFC3261 25.1], IPv6 in brackets [RFC5118]. */
import { parseDigits } from './lexical';

/** Where a host with an optional port was read. `host` is lower case and without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port?: number;
}

/** Whether the text is an IPv6 address, IPv4 in its last part allowed; a zone is not. */
export function isIPv6(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (let h = 0; h < halves.length; h++) {
    const half = halves[h] ?? '';
    if (half === '') {
      if (halves.length === 1) return false;
      continue;
    }
    const parts = half.split(':');
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p] ?? '';
      const last = p === parts.length - 1 && h === halves.length - 1;
      if (last && part.includes('.')) {
        if (!isIPv4(part)) return false;
        groups += 2;
      } else {
        if (!/^[0-9a-f]{1,4}$/i.test(part)) return false;
        groups += 1;
      }
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** Whether the text is an IPv4 address in four decimal parts. */
export function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => part.length <= 3 && parseDigits(part, 255) !== undefined);
}

function isHostChar(c: number): boolean {
  // Letters, digits, '-', '.', and '_' which no grammar allows and many sites use.
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || c === 45 || c === 46 || c === 95;
}

/** RFC 3261's grammar asked for three colons before an IPv4 part; two are meant [RFC5118 4.10]. */
function withTwoColons(address: string): string {
  return address.includes('.') ? address.replace(':::', '::') : address;
}

/** The end of the host (an IPv6 reference with its brackets) that starts at `from`, or -1. */
export function skipHost(text: string, from: number): number {
  if (text.charCodeAt(from) === 91) {
    const close = text.indexOf(']', from);
    const inside = close === -1 || close - from > 47 ? '' : text.slice(from + 1, close);
    return isIPv6(withTwoColons(inside)) ? close + 1 : -1;
  }
  let i = from;
  while (i < text.length && isHostChar(text.charCodeAt(i))) i++;
  return i > from ? i : -1;
}

/** A host as compared: lower case, no brackets. */
export function bareHost(text: string): string {
  return (text.charCodeAt(0) === 91 ? withTwoColons(text.slice(1, -1)) : text).toLowerCase();
}

/** A host as written in URIs and Via: IPv6 in brackets. */
export function bracketHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** A port of one to five digits, 0 to 65535. */
export function parsePort(text: string): number | undefined {
  return parseDigits(text, 65535);
}
