import { applyCommands, emptyConfig, renderConfig } from '../index';

/** One command of one mode: what it takes, how that is printed, what it refuses, and how it is undone. */
export interface CommandRow {
  mode: string[];
  /** Typed → printed; `''` where it equals the default and is not printed. */
  accepts: Record<string, string>;
  refuses: Record<string, 'invalid' | 'incomplete' | 'ambiguous' | 'rejected'>;
  /** Given after the first accepted line, each leaves nothing printed. */
  undone: string[];
}

/** What running-config shows inside the mode, once the lines have been given. */
function shownAfter(mode: string[], lines: string[]): { shown: string[]; results: string[] } {
  const { config, results } = applyCommands(emptyConfig(), lines, { mode });
  const shown = renderConfig(config).split('\n');
  const inside =
    mode.length === 0
      ? shown.filter((line) => /^\w/.test(line))
      : shown.filter((line) => line.startsWith(' '.repeat(mode.length)));
  return {
    shown: inside.map((line) => line.trim()).filter((line) => line !== 'end'),
    results: results.map((result) => (result.ok ? 'ok' : result.refusal)),
  };
}

/** Four groups of tests for each row: accepted and printed, refused, undone, read again. */
export function describeCommands(table: Record<string, CommandRow>): void {
  describe.each(Object.entries(table))('%s', (_, { mode, accepts, refuses, undone }) => {
    const first = Object.keys(accepts)[0] as string;

    test.each(Object.entries(accepts))('`%s` is accepted and printed as `%s`', (typed, printed) => {
      expect(shownAfter(mode, [typed])).toEqual({ shown: printed === '' ? [] : printed.split('\n'), results: ['ok'] });
    });

    test.each(Object.keys(refuses).map((typed) => [typed, refuses[typed]]))(
      '`%s` is refused as %s',
      (typed, refusal) => {
        expect(shownAfter(mode, [String(typed)])).toEqual({ shown: [], results: [refusal] });
      },
    );

    test.each(undone)('`%s` leaves nothing of it', (undo) => {
      expect(shownAfter(mode, [first, undo])).toEqual({ shown: [], results: ['ok', 'ok'] });
    });
  });
}
