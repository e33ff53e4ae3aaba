import { type Config, type ModeRecord, type UnknownLine } from './config';
import { type ModeNode, ROOT } from './modes';
import { placeOf } from './running-order';

/** What stands between two `!` of running-config. */
interface Block {
  place: number;
  lines: string[];
}

/**
 * The configuration as `show running-config` prints it: commands at their default left out, modes and their commands
 * in Cisco's order [cme-presence 2.1, 6.3, 6.6], global commands that linewatch does not know where a router prints them,
 * others behind the known ones of their mode. `parseConfig` of the text gives the same Config again.
 */
export function renderConfig(config: Config): string {
  const blocks: Block[] = [
    ...globalBlocks(config),
    ...ROOT.children.flatMap((child) => {
      const place = placeOf(child.mode.name);
      return modeBlocks(child, config, 0).map((lines) => ({ place, lines }));
    }),
  ].sort((a, b) => a.place - b.place);
  const body = blocks.flatMap(({ lines }) => [...lines, '!']);
  return ['!', ...body, 'end', ''].join('\n');
}

/** Global commands, ours and those that linewatch does not know; those of one line that stand together are one block. */
function globalBlocks(config: Config): Block[] {
  const known = commandLines(ROOT, config, 0).map((line) => ({ place: placeOf(line), lines: [line] }));
  const unknown = (config.unknown ?? []).map((line) => ({ place: placeOf(line.text), lines: unknownLines([line], 0) }));
  const blocks: Block[] = [];
  for (const block of [...known, ...unknown].sort((a, b) => a.place - b.place)) {
    const last = blocks.at(-1);
    if (last?.place === block.place && isSingle(last) && isSingle(block)) last.lines.push(...block.lines);
    else blocks.push(block);
  }
  return blocks;
}

/** Commands without anything below them. */
function isSingle({ lines }: Block): boolean {
  return lines.length === 1 || lines.every((line) => !line.startsWith(' '));
}

/** The records of one mode, each with its heading and indented below it what it says; without one that says nothing. */
function modeBlocks(node: ModeNode, config: Config, depth: number): string[][] {
  const blocks: string[][] = [];
  for (const { heading, record, exists } of node.mode.instances(config)) {
    const body = [
      ...commandLines(node, record, depth + 1),
      ...unknownLines(record.unknown ?? [], depth + 1),
      ...node.children.flatMap((child) => modeBlocks(child, config, depth + 1).flat()),
    ];
    if (exists || body.length > 0) blocks.push([indent(heading, depth), ...body]);
  }
  return blocks;
}

function commandLines(node: ModeNode, record: ModeRecord, depth: number): string[] {
  return node.commands.flatMap(({ command }) => command.render(record)).map((line) => indent(line, depth));
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
  return ' '.repeat(depth) + line;
}
