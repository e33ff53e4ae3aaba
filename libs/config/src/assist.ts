import { type Config } from './config';
import { type Node, keywordsFrom, matchLine, takeStep } from './grammar';
import { type ModePath } from './interpreter';
import { type Action, type ModeNode, ROOT } from './modes';
import { type Token, tokenize } from './tokens';
import { type LanguageOptions } from './values';

/** One row of the `?` help. */
export interface HelpLine {
  /** A keyword, a placeholder such as `<100-1000000>`, or `<cr>` where the command may end. */
  token: string;
  help: string;
}

/** What TAB makes of a line. */
export interface Completion {
  /** The line, its last word written out as far as it is unambiguous, with a blank behind a whole word. */
  line: string;
  /** The keywords it may be, in the order of the alphabet. */
  candidates: string[];
}

/**
 * What may stand where the `?` was typed: after a blank the next words, else the words that start as the last one does.
 * Empty when the line so far means nothing (IOS prints `% Unrecognized command`). The configuration does not change the
 * answer; it stands here because a shell asks about one.
 */
export function help(_config: Config, mode: ModePath, textBefore: string, options: LanguageOptions = {}): HelpLine[] {
  const { node, partial } = lookUp(mode, textBefore, options);
  if (node === undefined) return [];
  const words = keywordsFrom(node, partial).filter((edge) => edge.help !== '');
  const lines: HelpLine[] = words.map(({ word, help }) => ({ token: word, help })).sort(byToken);
  if (partial !== '' && lines.length > 0) return lines;
  for (const { type, help } of node.values) lines.push({ token: type.shown(options), help });
  if (partial === '' && node.accepts !== undefined) lines.push({ token: '<cr>', help: '' });
  return lines;
}

/** Completes the last word of a line. */
export function complete(_config: Config, mode: ModePath, text: string, options: LanguageOptions = {}): Completion {
  const { node, partial } = lookUp(mode, text, options);
  if (node === undefined || partial === '') return { line: text, candidates: [] };
  const candidates = keywordsFrom(node, partial)
    .filter((edge) => edge.help !== '')
    .map((edge) => edge.word)
    .sort();
  const start = text.slice(0, text.length - partial.length);
  const [only] = candidates;
  if (only === undefined) return { line: text, candidates };
  if (candidates.length === 1) return { line: `${start}${only} `, candidates };
  return { line: start + commonStart(candidates), candidates };
}

/** The rows of `?` as a terminal shows them. */
export function formatHelp(lines: readonly HelpLine[]): string {
  const width = Math.max(0, ...lines.map((line) => line.token.length));
  return lines.map(({ token, help }) => `  ${token.padEnd(width)}  ${help}`.trimEnd() + '\n').join('');
}

/** What stands in the prompt's parentheses, e.g. `config-presence`. Throws when the path names no mode. */
export function promptOf(mode: ModePath, options: LanguageOptions = {}): string {
  return modeAt(mode, options).mode.prompt;
}

/** Walks to the point before the last, unfinished word; in the mode itself, else in the modes around it. */
function lookUp(
  path: ModePath,
  text: string,
  options: LanguageOptions,
): { node: Node<Action> | undefined; partial: string } {
  const tokens = tokenize(text);
  const last = tokens.at(-1);
  const unfinished = last !== undefined && /[^ \t]$/.test(text) ? last : undefined;
  const whole = unfinished ? tokens.slice(0, -1) : tokens;
  const partial = unfinished?.raw ?? '';
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

function walk(
  from: Node<Action>,
  line: string,
  tokens: Token[],
  options: LanguageOptions,
): { node?: Node<Action>; spelledOut: boolean } {
  let node = from;
  let spelledOut = true;
  for (const token of tokens) {
    const step = takeStep(node, line, token, options);
    if (step === undefined || step === 'ambiguous') return { spelledOut: false };
    if (step.kind === 'keyword' && step.edge.word !== token.raw) spelledOut = false;
    node = step.edge.next;
    if (step.rest) break;
  }
  return { node, spelledOut };
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

function commonStart(words: readonly string[]): string {
  const [first = '', ...others] = words;
  let length = first.length;
  for (const word of others) while (!word.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

function byToken(a: HelpLine, b: HelpLine): number {
  return a.token < b.token ? -1 : 1;
}
