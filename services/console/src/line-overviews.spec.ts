import { AnswerError, UnavailableError, makeSubjects } from '@linewatch/bus';
import { MAX_LINES_ASKED, emptyLine, lineOverview } from '@linewatch/presence';
import { readLines } from './line-overviews';

const subjects = makeSubjects();
const overviewsOf = (lines: readonly string[]) => ({ lines: lines.map((line) => lineOverview(emptyLine(line))) });

it('lines are asked for page by page, each once', async () => {
  const asked: string[][] = [];
  const bus = {
    subjects,
    ask: async (_subject: string, question: unknown) => {
      const { lines } = question as { lines: string[] };
      asked.push(lines);
      return overviewsOf(lines);
    },
  };
  const numbers = Array.from({ length: 2 * MAX_LINES_ASKED + 1 }, (_, n) => `${n}`);
  expect((await readLines(bus, [...numbers, '0', '1'])).size).toBe(numbers.length);
  expect(asked.map(({ length }) => length)).toEqual([MAX_LINES_ASKED, MAX_LINES_ASKED, 1]);
  expect(await readLines(bus, [])).toEqual(new Map());
  expect(asked).toHaveLength(3);
});

it.each([
  [new UnavailableError('away'), 'The service presence-state does not answer. Is it running? (away)'],
  [new AnswerError('unavailable', 'no Redis'), 'The service presence-state cannot answer now: unavailable (no Redis)'],
  [{ lines: [{}] }, /^The answer of presence-state cannot be read/],
])('what went wrong is told in one line: %p', async (answer, said) => {
  const bus = { subjects, ask: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)) };
  await expect(readLines(bus, ['1'])).rejects.toThrow(said);
});
