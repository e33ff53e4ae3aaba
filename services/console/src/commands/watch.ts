import type { Follower, NatsBus, Stored } from '@linewatch/bus';
import { type Command, InvalidArgumentError } from 'commander';
import { ConsoleError, type ConsoleIo, exitCodes } from '../console-io';
import { withSystem } from '../system';
import { Backlog } from '../watching/backlog';
import { Remembered, happening, happeningJson } from '../watching/happening';
import { LineWriter } from '../watching/line-writer';
import { type Reading, readingsOf } from '../watching/reading';
import { sinceTime } from '../watching/since';
import { dayOf, timeOfDay } from '../watching/time-of-day';

/** Lines of the past that are brought into order before they are printed. */
const MOST_PAST = 10_000;

interface WatchOptions {
  json?: boolean;
  /** Milliseconds since the epoch. */
  since?: number;
}

/**
 * `watch [pattern] [--since <time>] [--json]`: facts and states as they happen, one line each, until Ctrl-C or until
 * nobody reads; JSON: one `HappeningJson` a line.
 */
export function addWatch(program: Command, io: ConsoleIo): void {
  const since = (text: string): number => {
    const time = sinceTime(text, io.now());
    if (time === undefined) throw new InvalidArgumentError('Write 30s, 5m, 2h, 1d, or a past 2026-11-24T14:00.');
    return time;
  };
  program
    .command('watch')
    .description('print what happens, as it happens: calls, lamps, registrations, subscriptions, edges, configuration')
    .argument('[pattern]', 'a directory number, "21*", or a subject such as "lw.line.>"; everything without one')
    .option('--since <time>', 'begin with what happened since then: 5m, 2h, or a date and time', since)
    .option('--json', 'print one JSON object a line')
    .action((pattern: string | undefined, options: WatchOptions) =>
      withSystem(io, ({ bus }) => watch(io, bus, pattern, options)),
    );
}

async function watch(io: ConsoleIo, bus: NatsBus, pattern: string | undefined, options: WatchOptions): Promise<void> {
  const readings = readingsOf(bus.subjects, pattern);
  if (readings.length === 0)
    throw new ConsoleError(
      `Nothing is called "${pattern}". Write a number, "21*", or a subject such as "${bus.subjects.prefix}.line.>".`,
      exitCodes.usage,
    );
  const stop = io.stopSignal();
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
  const printer = new Printer(io, bus, options);
  const followers: Follower[] = [];
  try {
    await Promise.race([stopped, startReading(bus, readings, printer, options, followers)]);
    if (!stop.aborted) io.stderr.write(`linewatch: watching ${pattern ?? 'everything'}; Ctrl-C ends it\n`);
    await stopped;
  } finally {
    for (const follower of followers) follower.stop();
    printer.end();
  }
}

async function startReading(
  bus: NatsBus,
  readings: readonly Reading[],
  printer: Printer,
  { since }: WatchOptions,
  followers: Follower[],
): Promise<void> {
  await printer.learnLamp(readings);
  for (const { stream, filter, matches } of readings) {
    const from = since === undefined ? ('new' as const) : { time: since };
    const follower = await bus.follow(stream, { from, ...(filter !== undefined && { filter }) }, (stored) => {
      if (matches(stored.address)) printer.take(stored);
    });
    followers.push(follower);
  }
  await Promise.all(followers.map(({ caughtUp }) => caughtUp));
  printer.caughtUp();
}

/** Prints events: those of the past in one go once all streams have given theirs, later ones as they come. */
class Printer {
  private readonly remembered = new Remembered();
  private readonly writer: LineWriter;
  private backlog: Backlog | undefined;
  private day: string;

  constructor(
    io: ConsoleIo,
    private readonly bus: NatsBus,
    private readonly options: WatchOptions,
  ) {
    const { json } = options;
    this.writer = new LineWriter(io.stdout, (leftOut) =>
      json ? JSON.stringify({ leftOut }) : `… ${leftOut} lines left out: they were not read in time`,
    );
    this.backlog = options.since === undefined ? undefined : new Backlog(MOST_PAST);
    this.day = dayOf(io.now());
  }

  /** Of a single line the lamp as it is, so that its first change says from what. */
  async learnLamp(readings: readonly Reading[]): Promise<void> {
    const filter = readings.find(({ stream }) => stream === 'PRESENCE')?.filter;
    const parsed = filter === undefined ? undefined : this.bus.subjects.parse(filter);
    if (this.options.since !== undefined || filter === undefined || parsed?.kind !== 'presence') return;
    const event = (await this.bus.last(filter))?.event;
    if (event?.type === 'linewatch.line.state') this.remembered.lamps.set(parsed.line, event.data.lamp);
  }

  take(stored: Stored): void {
    const text = this.options.json
      ? JSON.stringify(happeningJson(stored))
      : `${timeOfDay(stored.time)} ${happening(stored, this.bus.subjects, this.remembered)}`;
    if (this.backlog) this.backlog.add(stored.storedAt, `${dayOf(stored.time)} ${text}`);
    else this.print(dayOf(stored.time), text);
  }

  caughtUp(): void {
    const past = this.backlog?.drain();
    this.backlog = undefined;
    if (past === undefined) return;
    if (past.leftOut > 0)
      this.writer.write(
        this.options.json
          ? JSON.stringify({ leftOut: past.leftOut })
          : `… ${past.leftOut} earlier lines left out: begin later, or name what you look for`,
      );
    for (const line of past.lines) this.print(line.slice(0, 10), line.slice(11));
  }

  end(): void {
    this.writer.end();
  }

  private print(day: string, text: string): void {
    if (day !== this.day && !this.options.json) this.writer.write(`--- ${day} ---`);
    this.day = day;
    this.writer.write(text);
  }
}
