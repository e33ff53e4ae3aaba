/**
 * Brings a MAC address in any notation (`0015.6247.EF90`, `00:15:62:47:ef:90`, `00-15-…`, `SEP00156247EF90`, bare) to
 * twelve lower-case hex digits; undefined when it is none.
 */
export function normaliseMac(text: string): string | undefined {
  const digits = text.replace(/^SEP/i, '').replace(/[.:-]/g, '').toLowerCase();
  return /^[0-9a-f]{12}$/.test(digits) ? digits : undefined;
}

/** Twelve hex digits as Cisco prints them: `0015.6247.EF90`. */
export function formatMac(digits: string): string {
  return digits.toUpperCase().replace(/(.{4})(?=.)/g, '$1.');
}
