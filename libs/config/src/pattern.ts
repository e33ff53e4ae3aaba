import { type ValueType, VALUE_TYPES, range } from './values';

/**
 * A command's pattern as a tree. The language of patterns:
 *
 * | written | means |
 * |---|---|
 * | `limit` | the keyword, or an unambiguous abbreviation of it |
 * | `(10-100)$limit` | a number in that range; `MAX` is the platform's maximum |
 * | `A.B.C.D$address`, `WORD$user`, … | an argument of a kind named in `VALUE_TYPES` |
 * | `<tcp\|udp>$transport` | one of these |
 * | `[realm WORD$realm]` | may be left out |
 * | `BUTTON$buttons...` | one or more of them, up to the end of the line |
 * | `\|` | the keyword `|`, as before an output modifier |
 * | `~` | `no` and `default` need only what stands before |
 *
 * `$name` is what the value is called in the command's arguments; a keyword inside `[ ]` or `< >` is an argument by its
 * own name.
 */
export type Element =
  | { kind: 'keyword'; word: string; captured: boolean; help: string }
  | { kind: 'value'; type: ValueType; name: string; help: string; repeats: boolean }
  | { kind: 'optional'; sequence: Element[] }
  | { kind: 'choice'; alternatives: Element[][]; name?: string };

/** A pattern that was read: its elements, and how many of them stand before `~` (all, when there is none). */
export interface Pattern {
  elements: Element[];
  keyLength: number;
}

const TOKEN =
  /\s+|(?<mark>[[\]<|~])|(?<close>>)(?:\$(?<choice>\w+))?|(?<range>\(\d+-(?:\d+|MAX)\))\$(?<value>\w+)|(?<word>\\\||[A-Za-z0-9.-]+)(?:\$(?<name>\w+)(?<dots>\.\.\.)?)?/y;

/**
 * Reads a pattern with its help texts, one for each keyword and argument in their order.
 * Throws on a mistake in either: they are part of the program, and every mode is read when the library is loaded.
 */
export function readPattern(pattern: string, help: readonly string[]): Pattern {
  const texts = [...help];
  const nextHelp = (): string => texts.shift() ?? fail(`a token without help`);
  let keyLength: number | undefined;
  TOKEN.lastIndex = 0;

  const sequence = (inside: boolean): { elements: Element[]; end: RegExpExecArray | undefined } => {
    const elements: Element[] = [];
    while (TOKEN.lastIndex < pattern.length) {
      const token = TOKEN.exec(pattern) ?? fail('not a pattern');
      const { mark, close, range: bounds, value, word, name, dots } = token.groups ?? {};
      if (mark === ']' || mark === '|' || close) return { elements, end: token };
      if (mark === '~') keyLength = elements.length;
      else if (mark === '[') elements.push({ kind: 'optional', sequence: sequence(true).elements });
      else if (mark === '<') elements.push(choice());
      else if (bounds && value)
        elements.push({ kind: 'value', type: readRange(bounds), name: value, help: nextHelp(), repeats: false });
      else if (word) elements.push(single(word, name, inside, dots !== undefined));
    }
    return { elements, end: undefined };
  };

  const single = (word: string, name: string | undefined, captured: boolean, repeats: boolean): Element => {
    const type = Object.hasOwn(VALUE_TYPES, word) ? VALUE_TYPES[word] : undefined;
    if (type) return { kind: 'value', type, name: name ?? fail(`${word} without a name`), help: nextHelp(), repeats };
    return { kind: 'keyword', word: word.replace('\\', ''), captured, help: nextHelp() };
  };

  const choice = (): Element => {
    const alternatives: Element[][] = [];
    for (;;) {
      const { elements, end } = sequence(true);
      alternatives.push(elements);
      if (end === undefined) fail('a choice that does not end');
      if (end?.groups?.['close']) return { kind: 'choice', alternatives, name: end.groups['choice'] };
    }
  };

  const fail = (what: string): never => {
    throw new Error(`pattern "${pattern}": ${what}`);
  };

  const { elements } = sequence(false);
  if (texts.length > 0) fail('more help than tokens');
  return { elements, keyLength: keyLength ?? elements.length };
}

function readRange(bounds: string): ValueType {
  const [from, to] = bounds.slice(1, -1).split('-');
  return range(Number(from), to === 'MAX' ? 'MAX' : Number(to));
}
