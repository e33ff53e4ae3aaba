import { type Match, type Node, addPattern, emptyNode, matchLine } from './grammar';
import { type Completion, type HelpLine, completeAt, helpAt, splitUnfinished, walk } from './help';
import { type Pattern, readPattern } from './pattern';
import { type Refusal, refuse } from './refusal';
import { tokenize } from './tokens';
import { type LanguageOptions } from './values';

/** Commands outside of configuration, as a shell has them: the same patterns, abbreviations, help and refusals. */
export type CommandTree<T> = Node<T>;

/** A command of a tree: what it looks like, and what it means. */
export interface TreeCommand<T> {
  /** See `Element` for the language of patterns. */
  pattern: string;
  /** The `?` help, one text for each keyword and argument of the pattern. */
  help: readonly string[];
  means: T;
}

/**
 * Makes a tree of commands. Throws on a mistake in a pattern, so that it is found when the program starts.
 * @param tail a pattern that may follow every command for which it is wanted
 */
export function commandTree<T>(
  commands: readonly TreeCommand<T>[],
  tail?: { pattern: string; help: readonly string[]; follows(means: T): boolean },
): CommandTree<T> {
  const root = emptyNode<T>();
  const end: Pattern | undefined = tail && readPattern(tail.pattern, tail.help);
  for (const { pattern, help, means } of commands) {
    const { elements } = readPattern(pattern, help);
    const all = end && tail?.follows(means) ? [...elements, ...end.elements] : elements;
    addPattern(root, { elements: all, keyLength: all.length }, means, false);
  }
  return root;
}

/** What a line means, or why it means nothing. */
export function matchCommand<T>(
  tree: CommandTree<T>,
  line: string,
  options: LanguageOptions = {},
): Extract<Match<T>, { kind: 'match' }> | ({ kind: 'refused' } & Refusal) {
  const match = matchLine(tree, line, tokenize(line), options);
  return match.kind === 'match' ? match : { kind: 'refused', ...refuse(line, match) };
}

/** What may stand where `?` was typed; empty when the line so far means nothing. */
export function commandHelp<T>(tree: CommandTree<T>, textBefore: string, options: LanguageOptions = {}): HelpLine[] {
  const { whole, partial } = splitUnfinished(textBefore);
  const { node } = walk(tree, textBefore, whole, options);
  return helpAt({ node, partial }, options);
}

/** Completes the last word of a line. */
export function completeCommand<T>(tree: CommandTree<T>, text: string, options: LanguageOptions = {}): Completion {
  const { whole, partial } = splitUnfinished(text);
  return completeAt({ node: walk(tree, text, whole, options).node, partial }, text);
}
