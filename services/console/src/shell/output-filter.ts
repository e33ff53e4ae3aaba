import { type Args } from '@linewatch/config';
import { RE2JS } from 're2js';
import type { Shown } from '../exec/exec-command';

/** What stands behind `|` of a show command. */
export type OutputFilter =
  | { readonly kind: 'begin' | 'exclude' | 'include' | 'section'; readonly expression: RE2JS }
  | { readonly kind: 'json' };

/** The pattern that may follow every show command, and its help. */
export const filterTail = {
  pattern:
    '[\\| <begin LINE$expression|exclude LINE$expression|include LINE$expression|json|section LINE$expression>$modifier]',
  help: [
    'Output modifiers',
    'Begin with the line that matches',
    'Regular expression',
    'Exclude lines that match',
    'Regular expression',
    'Include lines that match',
    'Regular expression',
    'Print JSON',
    'Include sections whose heading matches',
    'Regular expression',
  ],
};

/**
 * The filter of a matched line; undefined when it has none. Expressions run in linear time, so that none of them holds up
 * the sessions of others.
 * @throws RE2JSSyntaxException when the expression is none
 */
export function filterOf(args: Args): OutputFilter | undefined {
  if (!args.has('modifier')) return undefined;
  const kind = args.text('modifier') as OutputFilter['kind'];
  return kind === 'json' ? { kind } : { kind, expression: RE2JS.compile(args.text('expression')) };
}

/** What is printed of what a show command found. */
export function printed({ text, json }: Shown, filter: OutputFilter | undefined): string {
  if (filter === undefined) return text;
  if (filter.kind === 'json') return `${JSON.stringify(json, undefined, 2)}\n`;
  return filterLines(linesOf(text), filter)
    .map((line) => `${line}\n`)
    .join('');
}

/** The lines of a text that ends with a line feed. */
export function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function filterLines(lines: readonly string[], filter: Exclude<OutputFilter, { kind: 'json' }>): string[] {
  const matches = (line: string): boolean => filter.expression.matcher(line).find();
  switch (filter.kind) {
    case 'include':
      return lines.filter(matches);
    case 'exclude':
      return lines.filter((line) => !matches(line));
    case 'begin': {
      const first = lines.findIndex(matches);
      return first < 0 ? [] : lines.slice(first);
    }
    case 'section':
      return sections(lines, matches);
  }
}

/** A line that matches, with all that stands indented below it. */
function sections(lines: readonly string[], matches: (line: string) => boolean): string[] {
  const kept: string[] = [];
  let inside = -1;
  for (const line of lines) {
    const indent = line.length - line.trimStart().length;
    if (inside >= 0 && indent <= inside) inside = -1;
    if (inside < 0 && matches(line)) inside = indent;
    if (inside >= 0) kept.push(line);
  }
  return kept;
}
