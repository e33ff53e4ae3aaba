import type { RoutedTarget } from '@linewatch/call';
import { route, type CallingPhone, type Routed, type RoutingParts } from './routing';

/** Trunks that one call is offered to at most, one after another. */
const MAX_TRUNKS = 8;

/**
 * Where a number is: on the phones of a line, or, when it is nobody's here, beyond the dial peers whose patterns it fits,
 * which are hunted through in their order [cme-presence 2.8, 6.3].
 *
 * @param mayLeave false for a call that has a leg over a trunk already: whoever may call in does not call out at our
 * expense, and nothing goes round in circles
 */
export async function routeAnywhere(
  parts: RoutingParts,
  number: string,
  mayLeave: boolean,
  isCalling?: CallingPhone,
): Promise<Routed> {
  const routed = await route(parts, number, isCalling);
  const isNobodys = 'refusal' in routed && routed.refusal === 'unknown-number';
  return isNobodys && mayLeave ? trunksTo(parts, number) : routed;
}

function trunksTo({ directory, newLeg, standIn }: RoutingParts, number: string): Routed {
  const trunks = directory.current().dialPeers.match(number).slice(0, MAX_TRUNKS);
  if (trunks.length === 0) return { refusal: 'unknown-number' };
  const edge = standIn();
  if (edge === undefined) return { refusal: 'could-not-ask' };
  const [first, ...next] = trunks.map(({ tag }): RoutedTarget => {
    return { leg: newLeg(), edge, target: { kind: 'dial-peer', tag, number } };
  });
  return first ? { targets: [first], next } : { refusal: 'unknown-number' };
}
