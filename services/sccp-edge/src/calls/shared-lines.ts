import type { LineView } from '@linewatch/edge';
import type { LegId } from '@linewatch/presence';
import type { Phone } from '../stations/phone';

/**
 * The calls of other phones on lines that a phone shares with them, which it shows as in use elsewhere [sccp-wire 5.7]: its
 * own line button for each. What only rings elsewhere rings here as well, and is not shown twice.
 */
export function callsElsewhere(
  { device, lines }: Pick<Phone, 'device' | 'lines'>,
  { line, state }: Pick<LineView, 'line' | 'state'>,
): ReadonlyMap<LegId, number> {
  const found = new Map<LegId, number>();
  for (const [id, leg] of Object.entries(state.fold.legs)) {
    if (leg.device === device || (leg.direction === 'recipient' && leg.state !== 'confirmed')) continue;
    const at = lines.findIndex(({ dns }) =>
      dns.some(({ number, instance }) => number === line && instance === leg.instance),
    );
    if (at >= 0) found.set(id, at + 1);
  }
  return found;
}
