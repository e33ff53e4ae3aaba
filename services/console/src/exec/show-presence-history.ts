import type { Args } from '@linewatch/config';
import { lineDirectory } from '@linewatch/config';
import { ConsoleError, exitCodes } from '../console-io';
import { historyText, historyView, momentView, momentViewText } from '../layouts/line-past';
import { linePast, until } from '../lines/line-past';
import { PAST_TIME_HELP, pastTime } from '../lines/past-time';
import { readKeptLine } from '../lines/read-line';
import type { ExecCommand, Shown, World } from './exec-command';

const SHOW = ['Show running system information', 'The presence service'];

/** `show presence history <line> [from <time> [to <time>]]`: what a line showed when, and why. JSON: `HistoryView`. */
export const showPresenceHistory: ExecCommand = {
  pattern: 'show presence history WORD$line [from WORD$start [to WORD$end]]',
  help: [
    ...SHOW,
    'What a line showed when, and why',
    'Number',
    'Begin at a time; with what is kept when left out',
    PAST_TIME_HELP,
    'End at a time; now when left out',
    PAST_TIME_HELP,
  ],
  level: 'privileged',
  does: { kind: 'show', show: history },
};

/** `show presence at <time> <line>`: what a line showed at one time. JSON: `MomentView`. */
export const showPresenceAt: ExecCommand = {
  pattern: 'show presence at WORD$time WORD$line',
  help: [...SHOW, 'What a line showed at a time', PAST_TIME_HELP, 'Number'],
  level: 'privileged',
  does: { kind: 'show', show: moment },
};

async function history(world: World, args: Args): Promise<Shown> {
  const from = args.has('start') ? timeOf(args.text('start'), world) : undefined;
  const to = args.has('end') ? timeOf(args.text('end'), world) : world.now();
  if (from !== undefined && from > to)
    throw new ConsoleError('The time after "from" is later than that after "to".', exitCodes.usage);
  const number = args.text('line');
  const kept = await keptOf(number, world);
  const view = historyView(number, linePast(kept), from, to);
  return { text: historyText(view), json: view };
}

async function moment(world: World, args: Args): Promise<Shown> {
  const at = timeOf(args.text('time'), world);
  const number = args.text('line');
  const view = momentView(number, linePast(until(await keptOf(number, world), at)), at);
  return { text: momentViewText(view), json: view };
}

function timeOf(text: string, { now }: World): number {
  const time = pastTime(text, now());
  if (time === undefined)
    throw new ConsoleError(`"${text}" is no time in the past. Write ${PAST_TIME_HELP}.`, exitCodes.usage);
  return time;
}

/** @throws ConsoleError when nothing was ever heard of such a line */
async function keptOf(number: string, { system, running, signal }: World) {
  const configured = lineDirectory(running.current()).resolve(number)?.number;
  const kept = await readKeptLine(system.bus, configured ?? number, signal);
  if (configured === undefined && kept.facts.length === 0 && kept.snapshots.length === 0)
    throw new ConsoleError(`There is no line ${number}, and nothing is kept of one.`);
  return kept;
}
