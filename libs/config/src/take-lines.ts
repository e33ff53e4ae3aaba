import { type Outcome, type Session } from './interpreter';
import { indentOf } from './tokens';

/** Longer blocks, or blocks with longer lines, are no blocks: their lines are read one by one. */
const MOST_BLOCK_LINES = 500;
const LONGEST_BLOCK_LINE = 960;

/** What a terminal shows around a configuration, and no part of it. */
const NO_COMMAND: readonly RegExp[] = [
  /^Building configuration\.\.\.$/,
  /^Current configuration\s*:.*$/,
  /^Using \d+ out of \d+ bytes.*$/,
  /^Load for five secs:.*$/,
  /^Time source is .*$/,
  // The prompt of the router, with or without the command that printed the text.
  /^[A-Za-z0-9][\w.-]{0,62}[#>]\s*(sh(o|ow)?\s+(ru|st|conf)\S*.*|more\s.*|term\S*\s.*)?$/,
];

const BLANK = 0x20;

/** A line of a text; `block` are the lines behind it that are no commands but part of it, as they are. */
export interface TextLine {
  text: string;
  block?: string[];
}

/**
 * The lines of a whole text, each with the lines that belong to it: a banner up to its delimiter, a certificate in
 * hexadecimal digits up to `quit`. A block that does not end is none.
 */
export function* textLines(lines: readonly string[]): Iterable<TextLine> {
  for (let at = 0; at < lines.length; at += 1) {
    const text = withoutPager(lines[at] ?? '');
    const length = blockLength(lines, at, text);
    yield length === 0 ? { text } : { text, block: lines.slice(at + 1, at + 1 + length) };
    at += length;
  }
}

/** Whether a text shows by indentation what belongs to which mode, as running-config does. */
export function isIndentedText(lines: readonly string[]): boolean {
  for (const { text } of textLines(lines)) if (isIndented(text)) return true;
  return false;
}

/** Takes a whole text; calls `answer` for every line of it, those of a block with the outcome of the line they belong to. */
export function takeText(
  session: Session,
  lines: readonly string[],
  answer: (outcome: Outcome, line: TextLine, isBlock: boolean) => void,
): void {
  for (const line of textLines(lines)) {
    if (isAround(line.text)) {
      answer({ kind: 'done' }, line, false);
      continue;
    }
    const outcome = session.take(line.text, line.block);
    answer(outcome, line, false);
    for (const inside of line.block ?? []) {
      if (outcome.kind === 'kept') answer(outcome, line, true);
      else answer(session.take(inside), { text: inside }, false);
    }
  }
}

function isAround(text: string): boolean {
  // Most lines are indented, and there are many.
  return text.charCodeAt(0) !== BLANK && NO_COMMAND.some((pattern) => pattern.test(text));
}

/** A command, not a blank line or a comment, that stands indented. */
function isIndented(line: string): boolean {
  const indent = indentOf(line);
  return indent > 0 && indent < line.length && line[indent] !== '!';
}

/** How many of the next lines are part of this one. */
function blockLength(lines: readonly string[], at: number, text: string): number {
  const isLast = lastLineOf(text);
  if (isLast === undefined) return 0;
  for (let length = 1; length <= MOST_BLOCK_LINES && at + length < lines.length; length += 1) {
    const line = lines[at + length] ?? '';
    const answer = line.length > LONGEST_BLOCK_LINE ? 'none' : isLast(line);
    if (answer === 'none') return 0;
    if (answer === 'last') return length;
  }
  return 0;
}

/** Tells the last line of the block that a line opens, and a line that shows that there is none; undefined: it opens none. */
function lastLineOf(text: string): ((line: string) => 'inside' | 'last' | 'none') | undefined {
  const indent = indentOf(text);
  if (!text.startsWith('banner', indent) && !text.startsWith('certificate', indent)) return undefined;
  const [, rest] = /^[ \t]*banner[ \t]+(?:[a-z-]+[ \t]+)?(\S.*)$/.exec(text) ?? [];
  if (rest !== undefined) {
    // `^C` is how a router prints the control character that ends its banners.
    const delimiter = rest.startsWith('^C') ? '^C' : rest.charAt(0);
    if (/[A-Za-z]/.test(delimiter) && delimiter !== '^C') return undefined;
    if (rest.includes(delimiter, delimiter.length)) return undefined;
    return (line) => (line.includes(delimiter) ? 'last' : 'inside');
  }
  if (/^[ \t]*certificate[ \t]+([a-z-]+[ \t]+)*[0-9A-Fa-f]+[ \t]*$/.test(text)) {
    return (line) => {
      if (/^\s*quit\s*$/.test(line)) return 'last';
      return /^[\s0-9A-Fa-f]*$/.test(line) ? 'inside' : 'none';
    };
  }
  return undefined;
}

/** A line without what the pager of a terminal left before it. */
function withoutPager(line: string): string {
  return /^ ?--More--/.test(line) ? line.replace(/^ ?--More-- ?[\b ]*/, '') : line;
}
