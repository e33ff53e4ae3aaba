import { type Instance } from './command';
import { type Config, type ModeRecord, type UnknownLine } from './config';
import { type ModeNode, ROOT } from './modes';
import { indent, unknownLines } from './render';
import { placeOf } from './running-order';
import { collapseBlanks } from './tokens';

/**
 * The commands that turn `a` into `b`: `applyCommands(a, diffConfig(a, b), { keepUnknown: true })` gives `b`. Only what
 * differs is looked at, in one pass over each table; what the two share is skipped unseen.
 */
export function diffConfig(a: Config, b: Config): string[] {
  if (a.voiceRegisterGlobal.mode === undefined || b.voiceRegisterGlobal.mode !== undefined)
    return modeDiff(ROOT, a, b, a, b, 0);
  // `no mode` takes all pools and dns with it [cme-presence 2.8], so it goes first and b's are new.
  const { mode: _mode, ...voiceRegisterGlobal } = a.voiceRegisterGlobal;
  const cleared: Config = { ...a, voiceRegisterGlobal, dns: {}, pools: {} };
  return ['voice register global', ' no mode', ...modeDiff(ROOT, cleared, b, cleared, b, 0)];
}

/** The lines to give inside a mode to turn one record into the other; `from` is undefined for one that is new. */
function modeDiff(
  node: ModeNode,
  a: Config,
  b: Config,
  from: ModeRecord | undefined,
  to: ModeRecord,
  depth: number,
): string[] {
  const commands = node.commands.flatMap(({ command, keyLength }) => {
    if (command.diff) return command.diff(from, to);
    const verb = command.reset ? 'default' : 'no';
    return commandDiff(from ? command.render(from) : [], command.render(to), keyLength, verb);
  });
  const children = node.children.flatMap((child) => childDiff(child, a, b, depth));
  const mode = node === ROOT ? 'global' : 'known';
  // Before the modes inside: behind a heading with nothing below it an unknown line would seem to belong there.
  return [
    ...commands.map((line) => indent(line, depth)),
    ...unknownDiff(from?.unknown ?? [], to.unknown ?? [], mode, depth),
    ...children,
  ];
}

/** Old lines whose key nobody has any more are taken back, then new ones given; a new one replaces an old of its key. */
function commandDiff(from: string[], to: string[], keyLength: number, verb: 'no' | 'default'): string[] {
  if (from.length === 0) return to;
  const kept = new Set(to.map((line) => keyOf(line, keyLength)));
  const gone = from.map((line) => keyOf(line, keyLength)).filter((key) => !kept.has(key));
  const old = new Set(from);
  return [...gone.map((key) => `${verb} ${key}`), ...to.filter((line) => !old.has(line))];
}

function keyOf(line: string, keyLength: number): string {
  return line.replace(/^no /, '').split(' ', keyLength).join(' ');
}

/** The records of one mode: those that are gone, those that are new, and those that changed. */
function childDiff(node: ModeNode, a: Config, b: Config, depth: number): string[] {
  if (isShared(node, a, b)) return [];
  const gone = new Map<number, Instance<ModeRecord>>();
  for (const instance of node.mode.instances(a, b)) gone.set(instance.tag, instance);
  const lines: string[] = [];
  for (const { heading, tag, record, exists } of node.mode.instances(b, a)) {
    const held = gone.get(tag);
    if (held?.exists && !exists) continue;
    // Under another heading it is another thing, to be made anew: the line mode of an ephone-dn cannot be changed.
    const old = held?.heading === heading ? held : undefined;
    if (old) gone.delete(tag);
    if (old?.record === record && node.children.length === 0) continue;
    const body = modeDiff(node, a, b, old?.record, record, depth + 1);
    if (body.length > 0 || (exists && !old?.exists)) lines.push(indent(heading, depth), ...body);
  }
  return [...[...gone.values()].map(({ heading }) => indent(`no ${collapseBlanks(heading)}`, depth)), ...lines];
}

function isShared(node: ModeNode, a: Config, b: Config): boolean {
  return node.mode.part(a) === node.mode.part(b) && node.children.every((child) => isShared(child, a, b));
}

/**
 * Lines that linewatch does not know keep their order: as much of the old as the new begins with stays, the rest is taken
 * back, and what is new is given behind it. Global lines stand in an order of their own, so each kind is a list for itself.
 * In a mode of ours `no no …` is refused, so a kept `no X` is taken back by giving `X` and taking that back.
 */
function unknownDiff(
  from: readonly UnknownLine[],
  to: readonly UnknownLine[],
  mode: 'global' | 'known' | 'unknown',
  depth: number,
): string[] {
  if (from === to) return [];
  const listOf = ({ text }: UnknownLine) => (mode === 'global' ? placeOf(text) : 0);
  const wanted = new Map<number, UnknownLine[]>();
  for (const line of to) {
    const list = wanted.get(listOf(line));
    if (list) list.push(line);
    else wanted.set(listOf(line), [line]);
  }
  const gone: string[] = [];
  const changed: string[] = [];
  const stays = new Set<UnknownLine>();
  const reached = new Map<number, number>();
  for (const old of from) {
    const list = listOf(old);
    const at = reached.get(list) ?? 0;
    const now = wanted.get(list)?.[at];
    if (now && canBecome(old, now)) {
      reached.set(list, at + 1);
      stays.add(now);
      changed.push(...lineDiff(old, now, depth));
    } else gone.push(...takenBack(old.text, mode !== 'unknown').map((line) => indent(line, depth)));
  }
  const added = unknownLines(
    to.filter((line) => !stays.has(line)),
    depth,
  );
  return [...gone, ...changed, ...added];
}

/** Whether giving the line again, and what stands inside, is enough. */
function canBecome(old: UnknownLine, now: UnknownLine): boolean {
  const isLonger = (old.ends ?? []).every((end, at) => end === now.ends?.[at]);
  return old.text === now.text && isLonger && (old.block === undefined) === (now.block === undefined);
}

function lineDiff(old: UnknownLine, now: UnknownLine, depth: number): string[] {
  if (old === now) return [];
  const block = old.block?.join('\n') === now.block?.join('\n') ? undefined : now.block;
  const body = unknownDiff(old.lines ?? [], now.lines ?? [], 'unknown', depth + 1);
  const ends = (now.ends ?? []).slice(old.ends?.length ?? 0);
  if (block === undefined && body.length === 0 && ends.length === 0) return [];
  return [
    indent(now.text, depth),
    // Given without its block, it would lose it.
    ...(block ?? now.block ?? []),
    ...body,
    ...ends.map((end) => indent(end, depth)),
  ];
}

function takenBack(text: string, inKnownMode: boolean): string[] {
  const [, undone] = /^no[ \t]+(.*)$/.exec(text) ?? [];
  return inKnownMode && undone !== undefined ? [undone, `no ${undone}`] : [`no ${text}`];
}
