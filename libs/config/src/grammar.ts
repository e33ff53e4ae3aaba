import { type Element, type Pattern } from './pattern';
import { type Token } from './tokens';
import { type LanguageOptions, type ValueType } from './values';

/** What the arguments of a matched command were, by the names of its pattern. */
export type Values = Record<string, string | number>;

/**
 * A point between two words. The commands of a mode share their beginnings, so that a line is matched in one walk over
 * its words, whatever the number of commands.
 */
export interface Node<T> {
  keywords: Map<string, Edge<T>>;
  values: ValueEdge<T>[];
  /** What a line that ends here means. */
  accepts?: T;
}

/** A keyword and what follows it; `capture` is the argument it is, if any. Without help it is not shown. */
export interface Edge<T> {
  word: string;
  help: string;
  capture?: string;
  next: Node<T>;
}

/** An argument and what follows it. */
export interface ValueEdge<T> {
  type: ValueType;
  name: string;
  help: string;
  next: Node<T>;
  /** May be given again and again; all of them are one argument, with blanks between. */
  repeats: boolean;
}

/** The answer to a line: what it means, or one of the three refusals. */
export type Match<T> =
  | {
      kind: 'match';
      accepts: T;
      values: Values;
      /** The line with every keyword in full. */
      words: string[];
    }
  | Mismatch;

/** Why a line means nothing here. `depth` is the number of words that were understood. */
export type Mismatch =
  | {
      kind: 'invalid';
      /** Where the offending word starts, counted from 0. */
      at: number;
      depth: number;
      /** Only keywords could have stood there: not a wrong argument but a command we do not know. */
      unknownKeyword: boolean;
      /** What was understood was not abbreviated. */
      spelledOut: boolean;
    }
  | { kind: 'incomplete'; depth: number }
  | { kind: 'ambiguous'; depth: number };

/** A point that nothing leaves yet. */
export function emptyNode<T>(): Node<T> {
  return { keywords: new Map(), values: [] };
}

/** Adds a pattern from `root` on; with `upToKey` a line may also end where the pattern has its `~`. */
export function addPattern<T>(root: Node<T>, pattern: Pattern, accepts: T, upToKey: boolean): void {
  const keyEnds = addSequence([root], pattern.elements.slice(0, pattern.keyLength));
  const ends = addSequence(keyEnds, pattern.elements.slice(pattern.keyLength));
  for (const node of upToKey ? [...keyEnds, ...ends] : ends) {
    if (node.accepts !== undefined && node.accepts !== accepts) throw new Error('two commands with the same pattern');
    node.accepts = accepts;
  }
}

/** Walks a line's words, from `first` on, through the grammar. */
export function matchLine<T>(root: Node<T>, line: string, tokens: Token[], options: LanguageOptions): Match<T> {
  const values: Values = {};
  const words: string[] = [];
  let node = root;
  for (let depth = 0; depth < tokens.length; depth += 1) {
    const token = tokens[depth] as Token;
    const step = takeStep(node, line, token, options);
    if (step === 'ambiguous') return { kind: 'ambiguous', depth };
    if (step === undefined) {
      const unknownKeyword = node.values.length === 0 && node.keywords.size > 0;
      const spelledOut = words.every((word, at) => word === tokens[at]?.raw);
      return { kind: 'invalid', at: token.at, depth, unknownKeyword, spelledOut };
    }
    if (step.kind === 'keyword') {
      words.push(step.edge.word);
      if (step.edge.capture !== undefined) values[step.edge.capture] = step.edge.word;
    } else {
      words.push(token.raw);
      const { name, repeats } = step.edge;
      values[name] = repeats && Object.hasOwn(values, name) ? `${values[name]} ${step.value}` : step.value;
    }
    node = step.edge.next;
    if (step.rest) break;
  }
  if (node.accepts === undefined) return { kind: 'incomplete', depth: tokens.length };
  return { kind: 'match', accepts: node.accepts, values, words };
}

type Step<T> =
  | { kind: 'keyword'; edge: Edge<T>; rest: false }
  | { kind: 'value'; edge: ValueEdge<T>; value: string | number; rest: boolean };

/** The way one word leads: the exact keyword, else the one keyword it abbreviates, else the argument it can be. */
export function takeStep<T>(
  node: Node<T>,
  line: string,
  token: Token,
  options: LanguageOptions,
): Step<T> | 'ambiguous' | undefined {
  const exact = node.keywords.get(token.raw) ?? node.keywords.get(token.raw.toLowerCase());
  if (exact) return { kind: 'keyword', edge: exact, rest: false };
  const abbreviated = keywordsFrom(node, token.raw);
  if (abbreviated.length > 1) return 'ambiguous';
  if (abbreviated[0]) return { kind: 'keyword', edge: abbreviated[0], rest: false };
  for (const edge of node.values) {
    const word = edge.type.rest ? { ...token, raw: line.slice(token.at) } : token;
    const value = edge.type.read(word, options);
    if (value !== undefined) return { kind: 'value', edge, value, rest: edge.type.rest === true };
  }
  return undefined;
}

/** The keywords that start with a text. */
export function keywordsFrom<T>(node: Node<T>, start: string): Edge<T>[] {
  const found: Edge<T>[] = [];
  const lower = start.toLowerCase();
  for (const edge of node.keywords.values()) if (edge.word.toLowerCase().startsWith(lower)) found.push(edge);
  return found;
}

function addSequence<T>(starts: Node<T>[], elements: Element[]): Node<T>[] {
  return elements.reduce((nodes, element) => addElement(nodes, element), starts);
}

/** Leads every start over one element; gives the points after it. */
function addElement<T>(starts: Node<T>[], element: Element, capture?: string): Node<T>[] {
  switch (element.kind) {
    case 'keyword': {
      const name = capture ?? (element.captured ? element.word : undefined);
      return starts.map((start) => addKeyword(start, element.word, element.help, name));
    }
    case 'value':
      return starts.map((start) => addValue(start, element));
    case 'optional':
      return [...starts, ...addSequence(starts, element.sequence)];
    case 'choice':
      return element.alternatives.flatMap(([head, ...tail]) =>
        head ? addSequence(addElement(starts, head, element.name), tail) : starts,
      );
  }
}

function addKeyword<T>(node: Node<T>, word: string, help: string, capture: string | undefined): Node<T> {
  const known = node.keywords.get(word);
  if (known === undefined) {
    const next = emptyNode<T>();
    node.keywords.set(word, { word, help, capture, next });
    return next;
  }
  if (known.help !== help) throw new Error(`keyword ${word} has two helps: "${known.help}" and "${help}"`);
  known.capture ??= capture;
  return known.next;
}

function addValue<T>(node: Node<T>, element: Element & { kind: 'value' }): Node<T> {
  const { type, name, help, repeats } = element;
  const known = node.values.find((edge) => edge.name === name && edge.help === help);
  if (known) return known.next;
  const next = emptyNode<T>();
  const edge = { type, name, help, next, repeats };
  node.values.push(edge);
  if (repeats) next.values.push(edge);
  return next;
}
