import type { Bus, BusEvent } from '@linewatch/bus';
import type { RelayedFact } from '@linewatch/presence';
import type { DebugTap } from './debug-tap';
import { tellPresence } from './presence-lines';

/** The bus as it is, but for `debug presence`: what is appended is told, once it is durable. */
export function debuggedAppends(
  bus: Pick<Bus, 'append' | 'last' | 'next' | 'subjects'>,
  debug: DebugTap,
): Pick<Bus, 'append' | 'last' | 'next' | 'subjects'> {
  return {
    subjects: bus.subjects,
    last: (subject) => bus.last(subject),
    next: (stream, filter, fromSeq) => bus.next(stream, filter, fromSeq),
    append: (subject, event, options) => {
      const appending = bus.append(subject, event, options);
      if (!debug.isOn) return appending;
      return appending.then((appended) => {
        tellAppended(debug, event, options?.about ?? '', appended.seq);
        return appended;
      });
    },
  };
}

function tellAppended(debug: DebugTap, event: BusEvent, about: string, seq: number): void {
  switch (event.type) {
    case 'linewatch.line.state': {
      const { lamp, dialogs, cause } = event.data;
      return tellPresence(debug, 'info', 0, 'presence_line_state', () => [
        `${about} is ${lamp.state}${lamp.dnd ? ' in do-not-disturb' : ''}, dialogs ${dialogs.length}, version ${seq}, cause ${cause}`,
      ]);
    }
    case 'linewatch.line.relayed': {
      const { source, package: name, until, failure } = event.data;
      return tellPresence(debug, failure ? 'errors' : 'event', 0, 'presence_relayed', () => [
        `${about}: ${source} (${name}) ${saidOf(event.data)}, until ${new Date(until).toISOString().slice(11, 19)}`,
      ]);
    }
    case 'linewatch.line.lease':
      return tellPresence(debug, 'timer', 0, 'presence_lease_ended', () => [`${about}: ${event.data.kind}`]);
    case 'linewatch.subscription.accepted': {
      const { watcher, presentity, granted } = event.data.subscription;
      return tellPresence(debug, 'info', seq, 'presence_subscription_stored', () => [
        `${watcher.number}@${watcher.host} watches ${presentity.number} for ${granted} seconds`,
      ]);
    }
    case 'linewatch.subscription.terminated':
      return tellPresence(debug, 'timer', 0, 'presence_subscription_swept', () => [
        `${about}: ${event.data.id} was not ended by its owner`,
      ]);
    default:
  }
}

/** What another system said of a line. */
function saidOf({ lamp, dialogs, failure }: RelayedFact): string {
  if (failure) return [failure.kind, failure.status, failure.reason].filter((part) => part !== undefined).join(' ');
  if (lamp) return `says ${lamp.state}`;
  return dialogs ? `says dialogs ${dialogs.length}` : 'withdraws';
}
