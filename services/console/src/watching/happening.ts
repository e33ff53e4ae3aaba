import type { Stored, Subjects } from '@linewatch/bus';
import type {
  ConfigApplied,
  DialogView,
  Lamp,
  LeaseFact,
  LegFact,
  LineConfigFact,
  LineState,
  RegistrationFact,
  RelayedFact,
  RelayFailure,
  Subscription,
} from '@linewatch/presence';
import { printable } from '../console-io';
import { BoundedMap } from './bounded-map';

/** One line of `watch` for each fact and state: what it is about, which kind of thing happened, what exactly. */

/** Lines and subscriptions of which something is remembered. */
const MOST_REMEMBERED = 20_000;
/** Members of a list that one line shows. */
const MOST_LISTED = 4;
/** Numbers and contacts come from phones, and may be as long as they like. */
const LONGEST_LINE = 500;

/** What earlier events said, as far as later lines repeat it. */
export class Remembered {
  /** The last lamp of a line. */
  readonly lamps = new BoundedMap<string, Lamp>(MOST_REMEMBERED);
  /** Who watches, by subscription. */
  readonly watchers = new BoundedMap<string, { watcher: string; subId: number }>(MOST_REMEMBERED);
}

/**
 * What happened, without the time: `line 2101         call         early      ← 2102 (sip-edge-1.5.7)`. One line whatever
 * the event holds, and nothing in it that steers a terminal.
 */
export function happening(stored: Stored, subjects: Subjects, remembered: Remembered): string {
  const [kind, what] = detailsOf(stored, subjects, remembered);
  const line = `${headOf(stored, subjects).padEnd(17)} ${kind.padEnd(12)} ${what}`.trimEnd();
  return printable(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
}

function headOf({ address }: Stored, subjects: Subjects): string {
  const parsed = subjects.parse(address);
  switch (parsed?.kind) {
    case 'line':
      return `line ${parsed.line}`;
    case 'device':
      return `device ${parsed.device}`;
    case 'presence':
      return `lamp ${parsed.line}`;
    case 'subscription':
      return `subscription ${parsed.line}`;
    case 'config':
      return `config ${parsed.section}`;
    case 'edge':
      return `edge ${parsed.edge}`;
    default:
      return address;
  }
}

function detailsOf(stored: Stored, subjects: Subjects, remembered: Remembered): [kind: string, what: string] {
  const { event, streamSeq } = stored;
  switch (event.type) {
    case 'linewatch.line.call':
      return ['call', callText(event.data)];
    case 'linewatch.line.registration':
      return ['registration', registrationText(event.data)];
    case 'linewatch.line.feature':
      return ['feature', `${(event.data.dnd ? 'dnd on' : 'dnd off').padEnd(10)} ${event.data.device}`];
    case 'linewatch.line.lease':
      return ['lease', leaseText(event.data)];
    case 'linewatch.line.config':
      return ['config', instancesText(event.data)];
    case 'linewatch.line.relayed':
      return ['relayed', relayedText(event.data)];
    case 'linewatch.line.state':
      return stateText(event.data, lineOf(stored, subjects), remembered);
    case 'linewatch.subscription.accepted':
      return ['accepted', subscriptionText(event.data.subscription, streamSeq, remembered)];
    case 'linewatch.subscription.outgoing':
      return [
        'outgoing',
        `${event.data.package} for ${event.data.watcher}, subID ${streamSeq}, sibling ${event.data.subId}`,
      ];
    case 'linewatch.subscription.refreshed': {
      const { change, subscription, subId } = event.data;
      return [change === 'taken' ? 'taken' : 'refreshed', subscriptionText(subscription, subId, remembered)];
    }
    case 'linewatch.subscription.terminated':
      return ['terminated', endingText(event.data, remembered)];
    case 'linewatch.config.applied':
      return [`by ${event.data.author}`, configText(event.data, streamSeq)];
    case 'linewatch.config.saved':
      return [`by ${event.data.author}`, `revision ${event.data.revision} saved`];
    case 'linewatch.credentials.loaded':
      return ['credentials', `${event.data.pairs.length} pairs of ${event.data.location || 'no file'}`];
    case 'linewatch.edge.hello': {
      const { kind, advertised } = event.data;
      return ['hello', `epoch ${streamSeq}, ${kind} at ${advertised.host}:${advertised.port}`];
    }
    case 'linewatch.edge.bye':
      return ['bye', `epoch ${event.data.epoch}`];
    default:
      return [event.type, ''];
  }
}

function lineOf({ address, subject }: Stored, subjects: Subjects): string {
  const parsed = subjects.parse(address);
  return parsed && 'line' in parsed ? parsed.line : (subject ?? address);
}

function callText({ state, direction, held, peer, leg, cause }: LegFact): string {
  const ended = cause === undefined ? '' : ` cause ${cause}`;
  return `${state.padEnd(10)} ${partyText(direction, peer.number)}${held ? ' held' : ''}${ended} (${leg})`;
}

/** The arrow points to who is called: `← 2102` is called by 2102, `→ 2102` calls 2102. */
function partyText(direction: 'initiator' | 'recipient', number: string): string {
  return `${direction === 'recipient' ? '←' : '→'} ${number || 'anonymous'}`;
}

function registrationText({ cause, device, bindings }: RegistrationFact): string {
  return `${cause.padEnd(10)} ${device} ${listed(bindings.map(({ contact }) => contact))}`;
}

function leaseText(fact: LeaseFact): string {
  switch (fact.kind) {
    case 'edge-lost':
      return `${fact.kind.padEnd(10)} ${fact.edge} epoch ${fact.epoch}`;
    case 'registration-lapsed':
      return `${fact.kind} ${fact.device}`;
    case 'relayed-lapsed':
      return `${fact.kind} ${fact.source}`;
    default:
      return `${fact.kind.padEnd(10)} ${fact.leg}`;
  }
}

function relayedText({ source, lamp, dialogs, failure }: RelayedFact): string {
  return `${relayedWord(lamp, dialogs, failure)} by ${source}`;
}

function relayedWord(lamp: RelayedFact['lamp'], dialogs: RelayedFact['dialogs'], failure?: RelayFailure): string {
  if (failure) {
    const why = failure.status ?? failure.reason;
    return `${failure.kind.padEnd(10)} ${why === undefined ? '' : `${why} `}attempt ${failure.attempts}`;
  }
  if (lamp) return lampText(lamp).padEnd(10);
  return dialogs ? `${dialogs.length} dialogs`.padEnd(10) : 'withdrawn'.padEnd(10);
}

function instancesText({ instances }: LineConfigFact): string {
  if (instances.length === 0) return 'no such line';
  const texts = instances.map(({ id, watchable, devices }) => {
    const carriers = devices.length > 0 ? `on ${listed(devices.map(({ name }) => name))}` : 'on no phone';
    return `${id} ${watchable ? 'may be watched' : 'may not be watched'}, ${carriers}`;
  });
  return listed(texts, '; ');
}

function stateText(state: LineState, line: string, remembered: Remembered): [kind: string, what: string] {
  const before = remembered.lamps.get(line);
  remembered.lamps.set(line, state.lamp);
  const [was, is] = [before && lampText(before), lampText(state.lamp)];
  const lamp = was === undefined || was === is ? is : `${was} → ${is}`;
  const dialogs = listed(state.dialogs.map(dialogText));
  return [lamp, `${dialogs}${dialogs && ' '}(cause ${state.cause})`];
}

function lampText({ state, dnd }: Lamp): string {
  return dnd ? `${state}+dnd` : state;
}

function dialogText({ state, direction, held, peer }: DialogView): string {
  return `${state} ${partyText(direction, peer.number)}${held ? ' held' : ''}`;
}

function subscriptionText(subscription: Subscription, subId: number, remembered: Remembered): string {
  const { id, watcher, granted, owner } = subscription;
  const who = `${watcher.number}@${watcher.host}`;
  remembered.watchers.set(id, { watcher: who, subId });
  return `${who} ${subscription.package} ${granted} s (SubID ${subId}, ${owner})`;
}

function endingText({ id, reason }: { id: string; reason: string }, remembered: Remembered): string {
  const known = remembered.watchers.get(id);
  remembered.watchers.delete(id);
  return known ? `${known.watcher} ${reason} (SubID ${known.subId})` : `${reason} (${id})`;
}

function configText({ commands, change }: ConfigApplied, revision: number): string {
  const part = change.parts > 1 ? `, part ${change.part + 1} of ${change.parts}` : '';
  return `revision ${revision}${part}: ${listed(
    commands.map(withoutPassword).map((command) => command.trim()),
    '; ',
  )}`;
}

/** A command without the password in it: what is watched is often kept, or shown to others. */
export function withoutPassword(command: string): string {
  return command.replace(/(\b(?:password|secret)\s+(?:[056789]\s+)?)("[^"]*"|\S+)/gi, '$1…');
}

function listed(members: readonly string[], between = ', '): string {
  const more = members.length - MOST_LISTED;
  return members.slice(0, MOST_LISTED).join(between) + (more > 0 ? ` (+${more} more)` : '');
}

/** What is printed for an event with `--json`. */
export interface HappeningJson {
  /** RFC 3339. */
  readonly time: string;
  readonly stream: string;
  readonly seq: number;
  readonly subject: string;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  /** The event's data by its published schema; of a line's state without `fold`, of commands without passwords. */
  readonly data: object;
}

export function happeningJson({ time, stream, streamSeq, address, source, id, event }: Stored): HappeningJson {
  return {
    time: new Date(time).toISOString(),
    stream,
    seq: streamSeq,
    subject: address,
    type: event.type,
    source,
    id,
    data: dataJson(event),
  };
}

function dataJson(event: Stored['event']): object {
  switch (event.type) {
    case 'linewatch.line.state': {
      const { fold: _fold, ...state } = event.data;
      return state;
    }
    case 'linewatch.config.applied':
      return { ...event.data, commands: event.data.commands.map(withoutPassword) };
    default:
      return event.data;
  }
}
