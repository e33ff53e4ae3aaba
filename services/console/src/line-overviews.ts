import { AnswerError, type Bus, UnavailableError } from '@linewatch/bus';
import { type LineOverview, MAX_LINES_ASKED, linesReplySchema } from '@linewatch/presence';
import { ConsoleError } from './console-io';

/** Longer than other questions may take: lost rows are rebuilt before it is answered. */
const ASK_MS = 3000;
/** Pages that are asked for at once: presence-state has phones to serve meanwhile. */
const PAGES_AT_ONCE = 4;

/** What is known of lines, by number; a line of which nothing is known is not among them. */
export type LineOverviews = ReadonlyMap<string, LineOverview>;

/** Asks presence-state for lines, page by page. @throws ConsoleError */
export async function readLines(bus: Pick<Bus, 'ask' | 'subjects'>, numbers: Iterable<string>): Promise<LineOverviews> {
  const wanted = [...new Set(numbers)];
  const found = new Map<string, LineOverview>();
  const starts = wanted.flatMap((_number, at) => (at % MAX_LINES_ASKED === 0 ? [at] : []));
  const work = async (): Promise<void> => {
    for (let at = starts.shift(); at !== undefined; at = starts.shift())
      for (const overview of await readPage(bus, wanted.slice(at, at + MAX_LINES_ASKED)))
        found.set(overview.line, overview);
  };
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, work));
  return found;
}

async function readPage(bus: Pick<Bus, 'ask' | 'subjects'>, lines: readonly string[]): Promise<LineOverview[]> {
  const reply = await bus.ask(bus.subjects.ask('lines'), { lines }, { timeoutMs: ASK_MS }).catch(explain);
  const read = linesReplySchema.safeParse(reply);
  if (!read.success)
    throw new ConsoleError(`The answer of presence-state cannot be read: ${read.error.issues[0]?.message ?? ''}`);
  return read.data.lines;
}

function explain(error: unknown): never {
  if (error instanceof UnavailableError)
    throw new ConsoleError(`The service presence-state does not answer. Is it running? (${error.message})`);
  if (error instanceof AnswerError)
    throw new ConsoleError(`The service presence-state cannot answer now: ${error.word} (${error.message})`);
  throw error;
}
