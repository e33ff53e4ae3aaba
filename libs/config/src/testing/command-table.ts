import { type LineResult, applyCommands, emptyConfig, help, renderConfig } from '../index';
import { tokenize } from '../tokens';

/** One command of one mode: what it takes, how that is printed, what it refuses, and how it is undone. */
export interface CommandRow {
  /** Where cme-presence.md describes it, e.g. `2.1`; absent: a command of a router's configuration beyond that. */
  section?: string;
  mode: string[];
  /** Given before: what the mode wants first. */
  after?: string[];
  /** Typed → printed; `''` where it equals the default and is not printed. */
  accepts: Record<string, string>;
  refuses: Record<string, 'invalid' | 'incomplete' | 'ambiguous' | 'rejected'>;
  /** Given after the first accepted line, each leaves nothing printed. */
  undone: string[];
}

/** What running-config shows inside the mode, once the lines have been given. */
function shownAfter({ mode, after = [] }: CommandRow, lines: string[]): { shown: string[]; results: LineResult[] } {
  const { config, results } = applyCommands(emptyConfig(), [...after, ...lines], { mode });
  const shown = renderConfig(config).split('\n');
  const inside =
    mode.length === 0
      ? shown.filter((line) => /^\w/.test(line))
      : shown.filter((line) => line.startsWith(' '.repeat(mode.length)));
  return {
    shown: inside.map((line) => line.trim()).filter((line) => line !== 'end' && !after.includes(line)),
    results: results.slice(after.length),
  };
}

function answersOf(results: LineResult[]): string[] {
  return results.map((result) => (result.ok ? 'ok' : result.refusal));
}

/** The rows of `?` in front of every word of a line that say what that word is. */
function helpOf(mode: string[], line: string): string[] {
  return tokenize(line).map(({ raw, at }) => {
    const rows = help(emptyConfig(), mode, line.slice(0, at));
    const row =
      rows.find(({ token }) => token === raw) ??
      rows.find(({ token }) => token.toLowerCase().startsWith(raw.toLowerCase()) && token !== '<cr>') ??
      rows.find(({ token }) => /^[<A-Z]/.test(token) && token !== '<cr>');
    return row?.help ?? '';
  });
}

/** Five groups of tests for each row: accepted and printed, helped by `?`, refused, undone. */
export function describeCommands(table: Record<string, CommandRow>): void {
  const titled = Object.entries(table).map(([name, row]): [string, CommandRow] => [
    row.section === undefined ? name : `[cme-presence ${row.section}] ${name}`,
    row,
  ]);
  describe.each(titled)('%s', (_, row) => {
    const { mode, accepts, refuses, undone } = row;
    const first = Object.keys(accepts)[0] as string;

    test.each(Object.entries(accepts))('`%s` is accepted and printed as `%s`', (typed, printed) => {
      const { shown, results } = shownAfter(row, [typed]);
      expect({ shown, answers: answersOf(results) }).toEqual({
        shown: printed === '' ? [] : printed.split('\n'),
        answers: ['ok'],
      });
    });

    test('`?` has a line of help for every word of it', () => {
      for (const typed of Object.keys(accepts).filter((line) => !line.includes('"')))
        expect({ typed, help: helpOf(mode, typed) }).toEqual({
          typed,
          help: tokenize(typed).map(() => expect.stringMatching(/\S/) as unknown),
        });
    });

    test.each(Object.entries(refuses))('`%s` is refused as %s', (typed, refusal) => {
      const { shown, results } = shownAfter(row, [typed]);
      expect({ shown, answers: answersOf(results) }).toEqual({ shown: [], answers: [refusal] });
      const [result] = results;
      if (result?.ok !== false || refusal !== 'invalid') return;
      // The caret stands below the first letter of a word.
      expect(tokenize(typed).map(({ at }) => at + 1)).toContain(result.column);
      expect(result.text).toBe(`${' '.repeat(result.column - 1)}^\n% Invalid input detected at '^' marker.`);
    });

    test.each(undone)('`%s` leaves nothing of it', (undo) => {
      const { shown, results } = shownAfter(row, [first, undo]);
      expect({ shown, answers: answersOf(results) }).toEqual({ shown: [], answers: ['ok', 'ok'] });
    });
  });
}
