import type { LegCommand, LegEvent } from '@linewatch/call';
import type { StationLegCommand, StationLegEvent } from '@linewatch/sccp';
import { mediaOf, type SessionWriter } from './sessions';

/** The words between a call's controller and a leg, in the words of a station's machine and back. Pure but for SDP versions. */

/** A command as the machine takes it; undefined for what is no matter of the phone: the offer makes the leg. */
export function stationCommandOf(command: LegCommand): StationLegCommand | undefined {
  switch (command.type) {
    case 'offer':
    case 'handOver':
      return undefined;
    case 'accept':
      return { type: 'accept', media: mediaOf(command.session) };
    case 'modified':
      return { type: 'modified', exchange: command.exchange, media: mediaOf(command.session) };
    case 'confirm':
    case 'modify': {
      const { session, ...rest } = command;
      return { ...rest, ...(session && { media: mediaOf(session) }) };
    }
    // A station makes its own ringback: early media is not for it.
    case 'progress':
      return { type: 'progress', status: command.status };
    case 'refuse':
      return { type: 'refuse', status: command.status };
    case 'info':
      return { type: 'info', exchange: command.exchange };
    case 'modifyRefused':
    case 'infoAnswered':
    case 'referProgress':
    case 'referRefused':
    case 'probe':
    case 'release':
      return command;
    default:
      return command satisfies never;
  }
}

/** What the machine says, as the controller hears it. */
export function legEventOf(
  event: Exclude<StationLegEvent, { type: 'started' | 'join' }>,
  sessions: Pick<SessionWriter, 'write'>,
): LegEvent {
  switch (event.type) {
    case 'answered':
      return { type: 'answered', session: sessions.write(event.media) };
    case 'modify':
    case 'modified':
      return { type: event.type, exchange: event.exchange, session: sessions.write(event.media) };
    case 'confirmed': {
      const { media, ...rest } = event;
      return { ...rest, ...(media && { session: sessions.write(media) }) };
    }
    case 'progress':
    case 'refused':
    case 'modifyRefused':
    case 'info':
    case 'infoAnswered':
    case 'refer':
    case 'alive':
    case 'released':
      return event;
    default:
      return event satisfies never;
  }
}

/** Whether it is a leg's last word. */
export function isLast(event: StationLegEvent): boolean {
  return event.type === 'refused' || event.type === 'released';
}
