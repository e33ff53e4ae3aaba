import { type ModePath } from './interpreter';

/** A line of a text that linewatch keeps and prints back, and makes no use of. */
export interface NotUsed {
  /** Counted from 1. */
  line: number;
  mode: ModePath;
  text: string;
}

/**
 * The lines that are not used as an operator reads them: their numbers, their modes by indentation, and above a line in a
 * mode of ours the commands that open that mode, without a number, as those are used.
 */
export function formatNotUsed(lines: readonly NotUsed[]): string {
  const width = Math.max(4, ...lines.map(({ line }) => String(line).length));
  const row = (number: string, depth: number, text: string) =>
    `${number.padStart(width)}  ${' '.repeat(depth)}${text}\n`;
  let open: ModePath = [];
  let screen = '';
  for (const { line, mode, text } of lines) {
    let depth = 0;
    while (depth < mode.length && mode[depth] === open[depth]) depth += 1;
    for (; depth < mode.length; depth += 1) screen += row('', depth, mode[depth] ?? '');
    screen += row(String(line), mode.length, text);
    open = [...mode, text];
  }
  return screen;
}
