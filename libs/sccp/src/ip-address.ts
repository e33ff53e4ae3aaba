/** IP addresses as text and as bytes in network order. */

const ZERO = new Uint8Array(16);

/** 4 or 16 bytes; undefined when the text is no address. */
export function bytesOfIp(text: string): Uint8Array | undefined {
  return text.includes(':') ? bytesOfIp6(text) : bytesOfIp4(text);
}

/** The four bytes of a dotted address; undefined when it is none. */
export function bytesOfIp4(text: string): Uint8Array | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const numbers = found?.slice(1).map(Number);
  return numbers?.every((each) => each <= 255) ? Uint8Array.from(numbers) : undefined;
}

/** Missing bytes count as zero. */
export function textOfIp4(bytes: Uint8Array): string {
  return `${bytes[0] ?? 0}.${bytes[1] ?? 0}.${bytes[2] ?? 0}.${bytes[3] ?? 0}`;
}

function bytesOfIp6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const left = groups(head ?? []);
  const right = groups(tail ?? []);
  if (!left || !right) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(texts: readonly string[]): number[] | undefined {
  if (!texts.every((each) => /^[0-9a-fA-F]{1,4}$/.test(each))) return undefined;
  return texts.map((each) => parseInt(each, 16));
}

/** 16 bytes as text, its longest run of zero groups shortened [RFC5952 4]. Missing bytes count as zero. */
export function textOfIp6(bytes: Uint8Array): string {
  const full = Uint8Array.from({ length: 16 }, (_, index) => bytes[index] ?? 0);
  if (full.every((byte, index) => byte === ZERO[index])) return '::';
  const parts = Array.from({ length: 8 }, (_, index) => ((full[2 * index] ?? 0) << 8) | (full[2 * index + 1] ?? 0));
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && parts[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (from: number, to: number): string =>
    parts
      .slice(from, to)
      .map((part) => part.toString(16))
      .join(':');
  if (best.length < 2) return hex(0, 8);
  return `${hex(0, best.start)}::${hex(best.start + best.length, 8)}`;
}
