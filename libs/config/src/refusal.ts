import { type Mismatch } from './grammar';

/** A line that was not carried out, as an operator reads it. */
export interface Refusal {
  refusal: 'invalid' | 'incomplete' | 'ambiguous';
  /**
   * What to print below the line. For `invalid` the first row holds the caret under the offending word; a shell puts
   * as many blanks before it as its prompt is wide.
   */
  text: string;
  /** Where the offending word starts, counted from 1. */
  column: number;
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
