/** One word of a command line. */
export interface Token {
  /** As typed, quotes included. */
  raw: string;
  /** Without the quotes around it. */
  text: string;
  /** Where it starts, counted from 0. */
  at: number;
}

/** Splits a command line at blanks; a word that starts with `"` runs to the closing one, or to the end of the line. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.length) {
    if (isBlank(line.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const end = line[at] === '"' ? endOfQuoted(line, at) : endOfWord(line, at);
    const raw = line.slice(at, end);
    tokens.push({ raw, text: raw[0] === '"' ? raw.replace(/^"|"$/g, '') : raw, at });
    at = end;
  }
  return tokens;
}

/** The line without leading and trailing blanks and with single blanks between its words: two spellings of one command. */
export function collapseBlanks(line: string): string {
  return line.trim().replace(/[ \t]+/g, ' ');
}

/** The line without the blanks and carriage returns behind it, in one pass however many stand before it. */
export function withoutTrailingBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && (isBlank(line.charCodeAt(end - 1)) || line.charCodeAt(end - 1) === 0x0d)) end -= 1;
  return line.slice(0, end);
}

/** How many blanks a line starts with; a tab counts as one. */
export function indentOf(line: string): number {
  let at = 0;
  while (at < line.length && isBlank(line.charCodeAt(at))) at += 1;
  return at;
}

function endOfWord(line: string, from: number): number {
  let at = from;
  while (at < line.length && !isBlank(line.charCodeAt(at))) at += 1;
  return at;
}

function endOfQuoted(line: string, from: number): number {
  const close = line.indexOf('"', from + 1);
  return close < 0 ? line.length : endOfWord(line, close + 1);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
