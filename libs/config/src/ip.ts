/** A dotted quad as an unsigned 32-bit number; undefined when the text is none. */
export function parseIpv4(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  let value = 0;
  for (const part of text.split('.')) {
    const byte = Number(part);
    if (byte > 255) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

/** An unsigned 32-bit number as a dotted quad. */
export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** A mask such as `255.255.0.0`, ones before zeros, as an unsigned 32-bit number; undefined when the text is none. */
export function parseMask(text: string): number | undefined {
  const value = parseIpv4(text);
  if (value === undefined) return undefined;
  const zeros = ~value >>> 0;
  // Contiguous: the zeros, as a number, are one less than a power of two.
  return (zeros & (zeros + 1)) === 0 ? value : undefined;
}
