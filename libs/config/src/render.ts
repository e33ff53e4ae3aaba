import { type Config, type ModeRecord, type UnknownLine } from './config';
import { type ModeNode, ROOT } from './modes';

/**
 * The configuration as `show running-config` prints it: commands at their default left out, modes and their commands
 * in Cisco's order [cme-presence 2.1, 6.3, 6.6], unknown commands behind the known ones of their mode.
 * `parseConfig` of the text gives the same Config again.
 */
export function renderConfig(config: Config): string {
  const blocks = [
    commandLines(ROOT, config),
    ...ROOT.children.flatMap((child) => modeBlocks(child, config)),
    ...(config.unknown ?? []).map((line) => unknownLines([line])),
  ];
  const body = blocks.flatMap((block) => (block.length > 0 ? [...block, '!'] : []));
  return ['!', ...body, 'end', ''].join('\n');
}

/** The records of one mode, each with its heading and indented below it what it says; without one that says nothing. */
function modeBlocks(node: ModeNode, config: Config): string[][] {
  const blocks: string[][] = [];
  for (const { heading, record, exists } of node.mode.instances(config)) {
    const body = [
      ...commandLines(node, record),
      ...node.children.flatMap((child) => modeBlocks(child, config).flat()),
      ...unknownLines(record.unknown ?? []),
    ];
    if (exists || body.length > 0) blocks.push([heading, ...body.map(indent)]);
  }
  return blocks;
}

function commandLines(node: ModeNode, record: ModeRecord): string[] {
  return node.commands.flatMap(({ command }) => command.render(record));
}

/** Unknown commands with what stood below them. */
export function unknownLines(lines: readonly UnknownLine[]): string[] {
  return lines.flatMap(({ text, lines: below }) => [text, ...unknownLines(below ?? []).map(indent)]);
}

/** A line one level further in. */
export function indent(line: string): string {
  return ` ${line}`;
}
