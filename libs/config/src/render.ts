import { type Config, type ModeRecord, type UnknownLine } from './config';
import { type ModeNode, ROOT } from './modes';
import { placeOf } from './running-order';

/** A part of running-config, and where it stands among the others. */
interface Part {
  place: number;
  /** Adds its rows, each block of them with a `!` behind. */
  print(rows: string[]): void;
}

/**
 * The configuration as `show running-config` prints it: commands at their default left out, modes and their commands
 * in Cisco's order [cme-presence 2.1, 6.3, 6.6], global commands that linewatch does not know where a router prints them,
 * others behind the known ones of their mode. `parseConfig` of the text gives the same Config again.
 */
export function renderConfig(config: Config): string {
  const modes = ROOT.children.map((child): Part => {
    return { place: placeOf(child.mode.name), print: (rows) => printMode(child, config, 0, rows) };
  });
  const rows = ['!'];
  for (const part of [...globalParts(config), ...modes].sort((a, b) => a.place - b.place)) part.print(rows);
  rows.push('end', '');
  return rows.join('\n');
}

/** Global commands, ours and those that linewatch does not know; those of one line that stand together are one block. */
function globalParts(config: Config): Part[] {
  const known: UnknownLine[] = commandLines(ROOT, config).map((text) => ({ text }));
  const blocks: { place: number; lines: UnknownLine[] }[] = [];
  const placed = [...known, ...(config.unknown ?? [])].map((line) => ({ line, place: placeOf(line.text) }));
  for (const { line, place } of placed.sort((a, b) => a.place - b.place)) {
    const last = blocks.at(-1);
    if (last?.place === place && last.lines.every(isSingle) && isSingle(line)) last.lines.push(line);
    else blocks.push({ place, lines: [line] });
  }
  return blocks.map(({ place, lines }) => ({
    place,
    print: (rows) => {
      for (const row of unknownLines(lines, 0)) rows.push(row);
      rows.push('!');
    },
  }));
}

function isSingle({ block, lines, ends }: UnknownLine): boolean {
  return block === undefined && lines === undefined && ends === undefined;
}

/** The records of one mode, each with its heading and indented below it what it says; without one that says nothing. */
function printMode(node: ModeNode, config: Config, depth: number, rows: string[]): void {
  for (const { heading, record, exists } of node.mode.instances(config)) {
    const start = rows.length;
    rows.push(indent(heading, depth));
    for (const line of commandLines(node, record)) rows.push(indent(line, depth + 1));
    if (record.unknown) for (const row of unknownLines(record.unknown, depth + 1)) rows.push(row);
    for (const child of node.children) printMode(child, config, depth + 1, rows);
    if (!exists && rows.length === start + 1) rows.length = start;
    else if (depth === 0) rows.push('!');
  }
}

function commandLines(node: ModeNode, record: ModeRecord): string[] {
  const lines: string[] = [];
  for (const { command } of node.commands) for (const line of command.render(record)) lines.push(line);
  return lines;
}

/** Commands that linewatch does not know with what stood below them, `depth` modes inside. */
export function unknownLines(lines: readonly UnknownLine[], depth: number): string[] {
  return lines.flatMap(({ text, block = [], lines: below = [], ends = [] }) => [
    indent(text, depth),
    ...block,
    ...unknownLines(below, depth + 1),
    ...ends.map((end) => indent(end, depth)),
  ]);
}

/** A line as it stands this many modes inside. */
export function indent(line: string, depth: number): string {
  return depth === 1 ? ` ${line}` : ' '.repeat(depth) + line;
}
