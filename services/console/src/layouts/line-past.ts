import { dialogsOf, lampOf, lampWordOf, believedBindings, type LineNumber } from '@linewatch/presence';
import { printable } from '../console-io';
import type { LampChange, LinePast } from '../lines/line-past';
import { momentText } from '../lines/past-time';
import { deviceText, factText } from '../lines/sentences';
import { tableLines } from './table';

/** `show presence history` and `show presence at`. Their JSON forms are the views; times there are RFC 3339. */

/** Rows that one listing has; of more, the newest. */
const MOST_ROWS = 1_000;

const LOST = 'what changed it is not kept any more';

/** One change of a lamp as it is shown. */
export interface ChangeView {
  readonly at: string;
  readonly lamp: string;
  /** The place of the fact in LINES and its type; absent when the fact is not kept any more. */
  readonly seq?: number;
  readonly type?: string;
  readonly because: string;
}

export interface HistoryView {
  readonly line: LineNumber;
  /** Before this nothing is kept; null: nothing was ever dropped. */
  readonly keptFrom: string | null;
  readonly from: string | null;
  readonly to: string;
  /** What it showed at the beginning. */
  readonly lampAtFirst: string;
  readonly changes: readonly ChangeView[];
  /** Older changes that are not listed. */
  readonly leftOut: number;
}

/** A line's changes between two times. @param from absent: from the first that is known */
export function historyView(line: LineNumber, past: LinePast, from: number | undefined, to: number): HistoryView {
  const { knownFrom, changes, atFirst } = past;
  const start = from === undefined ? knownFrom : Math.max(from, knownFrom ?? from);
  const before = changes.filter(({ at }) => start !== undefined && at < start).at(-1);
  const within = changes.filter(({ at }) => (start === undefined || at >= start) && at <= to);
  return {
    line,
    keptFrom: iso(knownFrom),
    from: iso(start),
    to: new Date(to).toISOString(),
    lampAtFirst: lampWordOf(before?.lamp ?? atFirst),
    changes: within.slice(-MOST_ROWS).map(changeView),
    leftOut: Math.max(0, within.length - MOST_ROWS),
  };
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

function changeView({ at, lamp, fact }: LampChange): ChangeView {
  return {
    at: new Date(at).toISOString(),
    lamp: lampWordOf(lamp),
    ...(fact && { seq: fact.seq, type: fact.type }),
    because: printable(fact ? factText(fact) : LOST),
  };
}

export function historyText(view: HistoryView): string {
  const { line, keptFrom, from, to, lampAtFirst, changes, leftOut } = view;
  const rows = changes.map(({ at, lamp, because }) => [momentText(Date.parse(at)), lamp, because]);
  const beginning = from === null ? 'At first' : momentText(Date.parse(from));
  const dropped = leftOut > 0 ? [['…', '', `${leftOut} earlier changes are left out: ask for a shorter time`]] : [];
  return textOf([
    `Presence history of ${printable(line)} to ${momentText(Date.parse(to))}, times in UTC`,
    ...(keptFrom !== null && from === keptFrom ? [`Not kept before ${momentText(Date.parse(keptFrom))}`] : []),
    '',
    ...tableLines(
      [{ head: 'Time' }, { head: 'Lamp' }, { head: 'Because' }],
      [
        [beginning, lampAtFirst, changes.length === 0 && leftOut === 0 ? 'no change in that time' : ''],
        ...dropped,
        ...rows,
      ],
    ),
  ]);
}

export interface MomentView {
  readonly line: LineNumber;
  readonly at: string;
  /** Absent: it is not kept. */
  readonly lamp?: string;
  /** Since when it showed that; null: since before anything is kept, or for ever. */
  readonly since?: string | null;
  readonly because?: string;
  readonly seq?: number;
  readonly calls?: readonly {
    readonly state: string;
    readonly direction: string;
    readonly peer: string;
    readonly held: boolean;
  }[];
  readonly registered?: readonly string[];
  readonly keptFrom: string | null;
}

/** A line at one time. @param past up to that time */
export function momentView(line: LineNumber, past: LinePast, at: number): MomentView {
  const { knownFrom, changes, fold } = past;
  const head = { line, at: new Date(at).toISOString(), keptFrom: iso(knownFrom) };
  if (knownFrom !== undefined && at < knownFrom) return head;
  const last = changes.at(-1);
  const { because, seq } = last ? changeView(last) : { because: undefined, seq: undefined };
  return {
    ...head,
    lamp: lampWordOf(lampOf(fold)),
    since: iso(last?.at),
    ...(because !== undefined && { because }),
    ...(seq !== undefined && { seq }),
    calls: dialogsOf(fold).map(({ state, direction, peer, held }) => ({ state, direction, peer: peer.number, held })),
    registered: Object.keys(fold.registrations).filter((device) => believedBindings(fold, device).length > 0),
  };
}

export function momentViewText({
  line,
  at,
  lamp,
  since,
  because,
  calls = [],
  registered = [],
  keptFrom,
}: MomentView): string {
  const when = momentText(Date.parse(at));
  if (lamp === undefined)
    return `Not kept: what is known of ${printable(line)} begins at ${momentText(Date.parse(keptFrom ?? ''))} UTC.\n`;
  const began = since
    ? `since ${momentText(Date.parse(since))}: ${because}`
    : keptFrom
      ? `since before ${momentText(Date.parse(keptFrom))}`
      : 'nothing had happened yet';
  return textOf([
    `At ${when} UTC ${printable(line)} was ${lamp}`,
    `  ${began}`,
    ...calls.map(
      ({ state, direction, peer, held }) =>
        `  call ${direction === 'recipient' ? 'from' : 'to'} ${printable(peer) || 'an anonymous party'}: ${state}${held ? ', held' : ''}`,
    ),
    `  registered: ${registered.map(deviceText).join(', ') || 'no phone'}`,
  ]);
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
