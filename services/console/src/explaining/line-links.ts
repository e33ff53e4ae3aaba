import {
  believedBindings,
  type DeviceName,
  isRelayBelieved,
  isRelayed,
  lampOf,
  lampWordOf,
  type Leg,
  type LineFold,
  relaysOf,
  sameLamp,
  standingOf,
} from '@linewatch/presence';
import { momentText } from '../lines/past-time';
import { deviceText, factText } from '../lines/sentences';
import type { ExplainFacts, WatchedLine } from './facts';
import { broken, holds, lasting, type Link } from './link';

/** What is known of the line: its phones, its calls, whether their sources are believed, and the state that follows. */

/** What was stored so long ago has been folded, where anybody folds. */
const FOLDED_WITHIN_MS = 2_000;

/** @param device the phone that a `device` key shows, and not the line */
export function lineLinks(facts: ExplainFacts, device: DeviceName | undefined): Link[] {
  const { line, now } = facts;
  const { fold } = line.past;
  if (isRelayed(fold)) return [...relayLinks(fold), stateLink(line), ...foldedLinks(line, now)];
  const watchable = fold.instances.filter((instance) => instance.watchable);
  const phones = [...new Set(watchable.flatMap(({ devices }) => devices.map(({ name }) => name)))];
  const isReachable = watchable.some(({ kind }) => kind !== 'phone');
  const absent = phones.filter((name) => believedBindings(fold, name).length === 0);
  // One phone that is there is enough for a line; a key that shows a phone wants that one.
  const isMissed = (name: DeviceName): boolean =>
    device === undefined ? !isReachable && absent.length === phones.length : name === device;
  return [
    ...phones.map((name) => phoneLink(line, name, absent.includes(name) && isMissed(name))),
    ...Object.entries(fold.legs).flatMap(([id, leg]) => legLink(fold, id, leg, now)),
    stateLink(line),
    ...foldedLinks(line, now),
  ];
}

function phoneLink({ number, past }: WatchedLine, device: DeviceName, isMissed: boolean): Link {
  const { fold } = past;
  const phone = deviceText(device);
  const [binding] = believedBindings(fold, device);
  if (binding) {
    const { transport, remote } = binding.flow;
    return holds(
      'line',
      `${phone} is registered at ${binding.edge} (${transport} ${remote.host}:${remote.port}) until ${momentText(binding.expiresAt)}`,
    );
  }
  const registration = Object.hasOwn(fold.registrations, device) ? fold.registrations[device] : undefined;
  const fault = absence(fold, device, registration);
  return isMissed
    ? broken('line', fault.cause, `${phone}, which carries ${number}, ${fault.text}`, fault.todo)
    : holds('line', `${phone} ${fault.text}`);
}

function absence(fold: LineFold, device: DeviceName, registration: LineFold['registrations'][string] | undefined) {
  const [last] = registration?.bindings ?? [];
  if (!registration || !last)
    return {
      cause: 'phone-unregistered',
      text: registration ? 'is not registered any more' : 'never registered',
      todo: 'see why the phone does not register: its power, its network, its configuration file, its password',
    } as const;
  if ((fold.lapsed.devices[device] ?? 0) >= registration.seq)
    return {
      cause: 'registration-lapsed',
      text: `was registered until ${momentText(last.expiresAt)}, and nobody renewed or ended that`,
      todo: `see whether the phone is there, and whether ${last.edge} runs: "show edges"`,
    } as const;
  return {
    cause: 'edge-lost',
    text: `was connected to ${last.edge}, which is gone`,
    todo: `start ${last.edge} again, or have the phone connect to another edge: "show edges"`,
  } as const;
}

function legLink(fold: LineFold, id: string, leg: Leg, now: number): Link[] {
  const { state, peer, direction, held, device, edge, leaseUntil } = leg;
  const other = `${direction === 'recipient' ? 'from' : 'to'} ${peer.number || 'an anonymous party'}`;
  const text = `a call ${other} on ${deviceText(device)} is ${state}${held ? ', on hold' : ''} (${id})`;
  switch (standingOf(fold, id, leg)) {
    case 'over':
      return [];
    case 'believed':
      return [holds('line', `${text}; ${edge} confirms it within ${lasting(leaseUntil - now)}`)];
    case 'unsure': {
      const isLapsed = (fold.lapsed.legs[id] ?? 0) >= leg.factSeq;
      return [
        isLapsed
          ? broken(
              'line',
              'leg-lapsed',
              `${text}, but ${edge} did not confirm it by ${momentText(leaseUntil)}: nobody knows whether it is still up`,
              `see whether ${edge} runs ("show edges"); the call is given up 15 minutes after its time`,
            )
          : broken(
              'line',
              'edge-lost',
              `${text}, but ${edge} is gone: nobody knows whether it is still up`,
              `start ${edge} again: "show edges"; the call is given up 15 minutes after its time`,
            ),
      ];
    }
  }
}

function relayLinks(fold: LineFold): Link[] {
  return relaysOf(fold).map(([source, relay]) => {
    const { lamp, dialogs, failure, until } = relay;
    if (failure) {
      const why = failure.status ?? failure.reason ?? failure.kind;
      const again = failure.nextAttemptAt === undefined ? '' : `; asked again at ${momentText(failure.nextAttemptAt)}`;
      return broken(
        'line',
        'relay-failed',
        `${source} does not tell: ${why}, ${failure.attempts} attempts, the last at ${momentText(failure.at)}${again}`,
        'see whether that system runs, has the number, and lets others watch it ("watcher all", "allow watch")',
      );
    }
    if (!isRelayBelieved(fold, source, relay))
      return broken(
        'line',
        'relay-lapsed',
        `${source} did not confirm by ${momentText(until)} what it said`,
        'see whether that system, and the edge that asks it, run: "show edges"',
      );
    const says = lamp ? lampWordOf(lamp) : `${dialogs?.length ?? 0} calls`;
    return holds('line', `${source} says ${says}, and confirms it by ${momentText(until)}`);
  });
}

function stateLink({ number, past }: WatchedLine): Link {
  const last = past.changes.at(-1);
  const lamp = lampWordOf(lampOf(past.fold));
  if (!last) {
    const since = past.knownFrom === undefined ? '' : ` since before ${momentText(past.knownFrom)}`;
    return holds('line', `so ${number} is ${lamp}${since}`);
  }
  const cause = last.fact ? `${factText(last.fact)} (fact ${last.fact.seq})` : 'the fact is not kept any more';
  return holds('line', `so ${number} is ${lamp} since ${momentText(last.at)}: ${cause}`);
}

/** What the facts say, and what presence-state made of them. */
function foldedLinks({ number, entry, past, published, unpublishedSince }: WatchedLine, now: number): Link[] {
  const lamp = lampOf(past.fold);
  const todo = 'see whether presence-state runs and is healthy: "show processes"';
  if (entry && past.fold.last.config === 0)
    return [broken('line', 'not-folded', `presence-state has not taken up ${number} from the configuration`, todo)];
  if (published && sameLamp(published.lamp, lamp)) return [];
  const since = unpublishedSince ?? now;
  if (now - since < FOLDED_WITHIN_MS || (!published && past.changes.length === 0)) return [];
  const told = published ? lampWordOf(published.lamp) : 'nothing';
  return [
    broken(
      'line',
      'not-folded',
      `presence-state has published ${told} of ${number}, and not yet what happened at ${momentText(since)}`,
      todo,
    ),
  ];
}
