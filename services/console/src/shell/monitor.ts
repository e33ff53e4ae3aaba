import type { Bus, Follower, Stored, StreamName, Subjects } from '@linewatch/bus';
import { printable } from '../console-io';
import { logTime } from '../layouts/time-text';
import { withoutPassword } from '../watching/happening';

/** `terminal monitor`: what happens in the system as lines of a router's log. */
export interface Monitor {
  stop(): void;
}

/** Follows what is worth a line from now on. */
export function startMonitor(bus: Pick<Bus, 'follow' | 'subjects'>, say: (text: string) => void): Monitor {
  const { every } = bus.subjects;
  const readings: [StreamName, string][] = [
    ['CONFIG', every.config],
    ['EDGES', '>'],
    ['LINES', every.registrations],
    ['DEADLETTER', every.deadLetters],
  ];
  let isOver = false;
  const followers: Follower[] = [];
  for (const [stream, filter] of readings)
    void bus
      .follow(stream, { from: 'new', filter }, (stored) => {
        const text = isOver ? undefined : logLine(stored, bus.subjects);
        if (text !== undefined) say(text);
      })
      .then((follower) => (isOver ? follower.stop() : void followers.push(follower)));
  return {
    stop: () => {
      isOver = true;
      for (const follower of followers) follower.stop();
    },
  };
}

/** Registrations that are no news: they only go on. */
const QUIET = ['refreshed'];

/** `*Nov 28 06:10:02.123: %SYS-5-CONFIG_I: …`; undefined for what is not worth a line. */
export function logLine(stored: Stored, subjects: Subjects): string | undefined {
  const message = messageOf(stored, subjects);
  return message === undefined ? undefined : `*${logTime(stored.storedAt)}: ${printable(message)}`;
}

function messageOf({ event, address, streamSeq }: Stored, subjects: Subjects): string | undefined {
  switch (event.type) {
    case 'linewatch.config.applied': {
      const { author, commands } = event.data;
      const more = commands.length > 1 ? ` (+${commands.length - 1} more)` : '';
      return `%SYS-5-CONFIG_I: Configured by ${author}, revision ${streamSeq}: ${withoutPassword(commands[0] ?? '')}${more}`;
    }
    case 'linewatch.config.saved':
      return `%SYS-5-CONFIG_I: Revision ${event.data.revision} saved as startup-config by ${event.data.author}`;
    case 'linewatch.edge.hello': {
      const { kind, advertised } = event.data;
      return `%LINEWATCH-5-EDGE: ${edgeOf(address, subjects)} is up, ${kind} at ${advertised.host}:${advertised.port}`;
    }
    case 'linewatch.edge.bye':
      return `%LINEWATCH-5-EDGE: ${edgeOf(address, subjects)} has stopped`;
    case 'linewatch.line.registration': {
      const { cause, device } = event.data;
      const parsed = subjects.parse(address);
      const line = parsed && 'line' in parsed ? parsed.line : '';
      return QUIET.includes(cause) ? undefined : `%IPPHONE-6-REGISTER: ${device} ${cause} with ${line}`;
    }
    default:
      return subjects.parse(address)?.kind === 'deadletter'
        ? `%LINEWATCH-3-DEADLETTER: a message could not be taken, see ${address}`
        : undefined;
  }
}

function edgeOf(address: string, subjects: Subjects): string {
  const parsed = subjects.parse(address);
  return parsed?.kind === 'edge' ? parsed.edge : address;
}
