import { type Node, keywordsFrom, takeStep } from './grammar';
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

/** Where `?` or TAB was typed: the point in the grammar, if the words before lead anywhere, and the word begun there. */
export interface Place<T> {
  node: Node<T> | undefined;
  partial: string;
}

/** The whole words of a line, and the one that is not finished: `''` behind a blank. */
export function splitUnfinished(text: string): { whole: Token[]; partial: string } {
  const tokens = tokenize(text);
  const last = tokens.at(-1);
  const unfinished = last !== undefined && /[^ \t]$/.test(text) ? last : undefined;
  return { whole: unfinished ? tokens.slice(0, -1) : tokens, partial: unfinished?.raw ?? '' };
}

/** The point to which whole words lead, and whether none of them was abbreviated. */
export function walk<T>(
  from: Node<T>,
  line: string,
  tokens: Token[],
  options: LanguageOptions,
): { node?: Node<T>; spelledOut: boolean } {
  let node = from;
  let spelledOut = true;
  for (const token of tokens) {
    const step = takeStep(node, line, token, options);
    if (step === undefined || step === 'ambiguous') return { spelledOut: false };
    if (step.kind === 'keyword' && step.edge.word !== token.raw) spelledOut = false;
    // What goes to the end of the line may go on, or end here.
    if (step.kind === 'value' && step.rest)
      return { node: { keywords: new Map(), values: [step.edge], accepts: step.edge.next.accepts }, spelledOut };
    node = step.edge.next;
  }
  return { node, spelledOut };
}

/** What may stand at a place: the words that start as the one begun there does, else arguments, else the end. */
export function helpAt<T>({ node, partial }: Place<T>, options: LanguageOptions): HelpLine[] {
  if (node === undefined) return [];
  const words = keywordsFrom(node, partial).filter((edge) => edge.help !== '');
  const lines: HelpLine[] = words.map(({ word, help }) => ({ token: word, help })).sort(byToken);
  if (partial !== '' && lines.length > 0) return lines;
  for (const { type, help } of node.values) lines.push({ token: type.shown(options), help });
  if (partial === '' && node.accepts !== undefined) lines.push({ token: '<cr>', help: '' });
  return lines;
}

/** What the word begun at a place can be written out to. */
export function completeAt<T>({ node, partial }: Place<T>, text: string): Completion {
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

function commonStart(words: readonly string[]): string {
  const [first = '', ...others] = words;
  let length = first.length;
  for (const word of others) while (!word.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

function byToken(a: HelpLine, b: HelpLine): number {
  return a.token < b.token ? -1 : 1;
}
