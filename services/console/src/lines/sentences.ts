import type {
  DeviceName,
  InstanceId,
  LeaseFact,
  LegFact,
  LineConfigFact,
  LineFact,
  RegistrationFact,
  RelayedFact,
} from '@linewatch/presence';
import { lampWordOf } from '@linewatch/presence';

/** What facts say, as sentences for an operator, in the words of the configuration. */

/** Members of a list that one sentence names. */
const MOST_NAMED = 4;

/** `pool:1` as the configuration has it: `voice register pool 1`. */
export function deviceText(device: DeviceName): string {
  return device.replace(/^pool:/, 'voice register pool ').replace(/^ephone:/, 'ephone ');
}

/** `voice-register-dn:1` as the configuration has it: `voice register dn 1`. */
export function instanceText(instance: InstanceId): string {
  return instance.replace(/^voice-register-dn:/, 'voice register dn ').replace(/^ephone-dn:/, 'ephone-dn ');
}

/** `a, b, c, d and 3 more`. */
export function named(members: readonly string[]): string {
  const more = members.length - MOST_NAMED;
  if (more > 0) return `${members.slice(0, MOST_NAMED).join(', ')} and ${more} more`;
  return members.length > 1 ? `${members.slice(0, -1).join(', ')} and ${members.at(-1)}` : (members[0] ?? '');
}

/** What a fact says happened. No full stop, and no capital: it may stand within another sentence. */
export function factText(fact: LineFact): string {
  switch (fact.type) {
    case 'linewatch.line.call':
      return callText(fact.data);
    case 'linewatch.line.registration':
      return registrationText(fact.data);
    case 'linewatch.line.feature':
      return `do-not-disturb was switched ${fact.data.dnd ? 'on' : 'off'} on ${deviceText(fact.data.device)}`;
    case 'linewatch.line.lease':
      return leaseText(fact.data);
    case 'linewatch.line.config':
      return `the configuration changed: ${configText(fact.data)}`;
    case 'linewatch.line.relayed':
      return relayedText(fact.data);
    default:
      return fact satisfies never;
  }
}

function callText({ state, direction, held, peer, device, leg, cause }: LegFact): string {
  const other = peer.number || 'an anonymous party';
  const place = `on ${deviceText(device)} (${leg})`;
  if (state === 'terminated') return `the call with ${other} ended${cause === undefined ? '' : ` (${cause})`} ${place}`;
  if (state === 'confirmed') return `the call with ${other} ${held ? 'is on hold' : 'was answered'} ${place}`;
  return direction === 'recipient' ? `a call from ${other} came in ${place}` : `a call to ${other} began ${place}`;
}

function registrationText({ device, cause }: RegistrationFact): string {
  const phone = deviceText(device);
  switch (cause) {
    case 'registered':
      return `${phone} registered`;
    case 'refreshed':
      return `${phone} registered again`;
    case 'unregistered':
      return `${phone} unregistered`;
    case 'expired':
      return `the registration of ${phone} expired: it did not register again in time`;
    case 'connection-lost':
      return `${phone} lost its connection`;
    default:
      return cause satisfies never;
  }
}

function leaseText(fact: LeaseFact): string {
  switch (fact.kind) {
    case 'edge-lost':
      return `${fact.edge} is gone (epoch ${fact.epoch}): what depends on it is not believed`;
    case 'leg-lapsed':
      return `nobody confirmed the call ${fact.leg} in time`;
    case 'leg-abandoned':
      return `the call ${fact.leg} was given up`;
    case 'registration-lapsed':
      return `the registration of ${deviceText(fact.device)} was not renewed in time`;
    case 'relayed-lapsed':
      return `${fact.source} did not confirm what it said in time`;
    default:
      return fact satisfies never;
  }
}

function configText({ instances }: LineConfigFact): string {
  if (instances.length === 0) return 'there is no such line';
  return named(
    instances.map(({ id, watchable, devices, kind }) => {
      const carriers = devices.length > 0 ? `on ${named(devices.map(({ name }) => deviceText(name)))}` : 'on no phone';
      return `${instanceText(id)} ${watchable ? 'with' : 'without'} allow watch${kind === 'phone' ? `, ${carriers}` : ''}`;
    }),
  );
}

function relayedText({ source, lamp, dialogs, failure }: RelayedFact): string {
  if (failure) {
    const why = failure.status ?? failure.reason;
    return `${source} does not tell: ${failure.kind}${why === undefined ? '' : ` (${why})`}, attempt ${failure.attempts}`;
  }
  if (lamp) return `${source} said ${lampWordOf(lamp)}`;
  return dialogs ? `${source} told ${dialogs.length} dialogs` : `${source} withdrew`;
}
