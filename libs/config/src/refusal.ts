import { type Mismatch } from './grammar';
import { indentOf } from './tokens';

/** A line that was not carried out, as an operator reads it. */
export interface Refusal {
  /** `rejected`: well formed, but not possible as things stand. */
  refusal: 'invalid' | 'incomplete' | 'ambiguous' | 'rejected';
  /**
   * What to print below the line. For `invalid` the first row holds the caret under the offending word; a shell puts
   * as many blanks before it as its prompt is wide.
   */
  text: string;
  /** Where the offending word starts, counted from 1. */
  column: number;
}

/** A well-formed line that cannot be carried out as things stand; the text says why. */
export function reject(line: string, text: string): Refusal {
  return { refusal: 'rejected', text, column: indentOf(line) + 1 };
}

/** The three refusals of IOS, word for word. */
export function refuse(line: string, mismatch: Mismatch): Refusal {
  switch (mismatch.kind) {
    case 'invalid':
      return {
        refusal: 'invalid',
        text: `${' '.repeat(mismatch.at)}^\n% Invalid input detected at '^' marker.`,
        column: mismatch.at + 1,
      };
    case 'incomplete':
      return { refusal: 'incomplete', text: '% Incomplete command.', column: line.trimEnd().length + 1 };
    case 'ambiguous':
      return { refusal: 'ambiguous', text: `% Ambiguous command:  "${line.trim()}"`, column: 1 };
  }
}
