import { isIPv6 } from 'node:net';

/**
 * Whom an address stands for: itself, or all of its /64 with IPv6, where every customer has that many addresses to choose
 * from [RFC6177].
 */
export function sourceOf(host: string): string {
  if (!isIPv6(host)) return host;
  const [address = ''] = host.toLowerCase().split('%');
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted end stands for two groups, neither of them among the first four.
  const count = left.length + right.length + (address.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - count;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
