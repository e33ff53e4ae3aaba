import { type Config } from './config';
import { type Node, keywordsFrom, matchLine } from './grammar';
import { type Completion, type HelpLine, type Place, completeAt, helpAt, splitUnfinished, walk } from './help';
import { type ModePath } from './interpreter';
import { type Action, type ModeNode, ROOT } from './modes';
import { tokenize } from './tokens';
import { type LanguageOptions } from './values';

/**
 * What may stand where the `?` was typed: after a blank the next words, else the words that start as the last one does.
 * Empty when the line so far means nothing (IOS prints `% Unrecognized command`). The configuration does not change the
 * answer; it stands here because a shell asks about one.
 */
export function help(_config: Config, mode: ModePath, textBefore: string, options: LanguageOptions = {}): HelpLine[] {
  return helpAt(lookUp(mode, textBefore, options), options);
}

/** Completes the last word of a line. */
export function complete(_config: Config, mode: ModePath, text: string, options: LanguageOptions = {}): Completion {
  return completeAt(lookUp(mode, text, options), text);
}

/** What stands in the prompt's parentheses, e.g. `config-presence`. Throws when the path names no mode. */
export function promptOf(mode: ModePath, options: LanguageOptions = {}): string {
  return modeAt(mode, options).mode.prompt;
}

/**
 * What a shell asks before it carries out a typed line, as IOS words it, the answer being `no` unless somebody says
 * `yes`; undefined for most lines.
 */
export function questionOf(path: ModePath, line: string, options: LanguageOptions = {}): string | undefined {
  for (let mode: ModeNode | undefined = modeAt(path, options); mode; mode = mode.parent) {
    const match = matchLine(mode.grammar, line, tokenize(line), options);
    if (match.kind !== 'match') continue;
    const { accepts, words } = match;
    const isUndone = words[0] === 'no' || words[0] === 'default';
    return accepts.kind === 'enter' && isUndone ? accepts.mode.mode.question : undefined;
  }
  return undefined;
}

/** Walks to the point before the last, unfinished word; in the mode itself, else in the modes around it. */
function lookUp(path: ModePath, text: string, options: LanguageOptions): Place<Action> {
  const { whole, partial } = splitUnfinished(text);
  let abbreviated: Node<Action> | undefined;
  for (let mode: ModeNode | undefined = modeAt(path, options); mode; mode = mode.parent) {
    const { node, spelledOut } = walk(mode.grammar, text, whole, options);
    if (node && (partial === '' || keywordsFrom(node, partial).length > 0 || node.values.length > 0)) {
      // As when the line is carried out: what is spelled out goes before what is abbreviated further in.
      if (spelledOut) return { node, partial };
      abbreviated ??= node;
    }
  }
  return { node: abbreviated, partial };
}

function modeAt(path: ModePath, options: LanguageOptions): ModeNode {
  let node = ROOT;
  for (const heading of path) {
    const match = matchLine(node.grammar, heading, tokenize(heading), options);
    if (match.kind !== 'match' || match.accepts.kind !== 'enter') throw new Error(`no mode named ${path.join(' / ')}`);
    node = match.accepts.mode;
  }
  return node;
}
