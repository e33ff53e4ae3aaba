import { type Instance } from './command';
import { type Config, type ModeRecord, type UnknownLine } from './config';
import { type ModeNode, ROOT } from './modes';
import { indent, unknownLines } from './render';
import { collapseBlanks } from './tokens';

/**
 * The commands that turn `a` into `b`: `applyCommands(a, diffConfig(a, b), { keepUnknown: true })` gives `b`. Only what
 * differs is looked at, in one pass over each table; what the two share is skipped unseen.
 */
export function diffConfig(a: Config, b: Config): string[] {
  if (a.voiceRegisterGlobal.mode === undefined || b.voiceRegisterGlobal.mode !== undefined)
    return modeDiff(ROOT, a, b, a, b);
  // `no mode` takes all pools and dns with it [cme-presence 2.8], so it goes first and b's are new.
  const { mode: _mode, ...voiceRegisterGlobal } = a.voiceRegisterGlobal;
  const cleared: Config = { ...a, voiceRegisterGlobal, dns: {}, pools: {} };
  return ['voice register global', ' no mode', ...modeDiff(ROOT, cleared, b, cleared, b)];
}

/** The lines to give inside a mode to turn one record into the other; `from` is undefined for one that is new. */
function modeDiff(node: ModeNode, a: Config, b: Config, from: ModeRecord | undefined, to: ModeRecord): string[] {
  const commands = node.commands.flatMap(({ command, keyLength }) => {
    if (command.diff) return command.diff(from, to);
    const verb = command.reset ? 'default' : 'no';
    return commandDiff(from ? command.render(from) : [], command.render(to), keyLength, verb);
  });
  const children = node.children.flatMap((child) => childDiff(child, a, b));
  // Before the modes inside: behind a heading with nothing below it an unknown line would seem to belong there.
  return [...commands, ...unknownDiff(from?.unknown ?? [], to.unknown ?? [], true), ...children];
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
function childDiff(node: ModeNode, a: Config, b: Config): string[] {
  if (isShared(node, a, b)) return [];
  const gone = new Map<number, Instance<ModeRecord>>();
  for (const instance of node.mode.instances(a)) gone.set(instance.tag, instance);
  const lines: string[] = [];
  for (const { heading, tag, record, exists } of node.mode.instances(b)) {
    const held = gone.get(tag);
    if (held?.exists && !exists) continue;
    // Under another heading it is another thing, to be made anew: the line mode of an ephone-dn cannot be changed.
    const old = held?.heading === heading ? held : undefined;
    if (old) gone.delete(tag);
    if (old?.record === record && node.children.length === 0) continue;
    const body = modeDiff(node, a, b, old?.record, record);
    if (body.length > 0 || (exists && !old?.exists)) lines.push(heading, ...body.map(indent));
  }
  return [...[...gone.values()].map(({ heading }) => `no ${collapseBlanks(heading)}`), ...lines];
}

function isShared(node: ModeNode, a: Config, b: Config): boolean {
  return node.mode.part(a) === node.mode.part(b) && node.children.every((child) => isShared(child, a, b));
}

/**
 * Unknown lines keep their order: from the first that differs on, the old ones are taken back and the new ones given.
 * In a mode of ours `no no …` is refused, so a kept `no X` is taken back by giving `X` and taking that back.
 */
function unknownDiff(from: readonly UnknownLine[], to: readonly UnknownLine[], inKnownMode: boolean): string[] {
  const lines: string[] = [];
  let same = 0;
  for (; same < from.length && from[same]?.text === to[same]?.text; same += 1) {
    const [old, now] = [from[same], to[same]];
    if (old === undefined || now === undefined || old === now) continue;
    const body = unknownDiff(old.lines ?? [], now.lines ?? [], false);
    if (body.length > 0) lines.push(now.text, ...body.map(indent));
  }
  for (const { text } of from.slice(same)) {
    const [, undone] = /^no[ \t]+(.*)$/.exec(text) ?? [];
    if (inKnownMode && undone !== undefined) lines.push(undone, `no ${undone}`);
    else lines.push(`no ${text}`);
  }
  return [...lines, ...unknownLines(to.slice(same))];
}
