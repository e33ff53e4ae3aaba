import type { LineState, RelayFailure, Subscription } from '@linewatch/presence';
import type { LineView } from '../lines';

/** How a line beyond the trunk fails for those who watch it in that package; undefined while it does not. */
export function upstreamFailure(
  state: Pick<LineState, 'relayed'> | undefined,
  name: Subscription['package'],
): RelayFailure | undefined {
  for (const { package: its, failure } of Object.values(state?.relayed ?? {}))
    if (its === name && failure) return failure;
  return undefined;
}

/** Whether a subscription is to a line beyond the trunk, which may fail [cme-presence 4.8]. */
export function isUpstream({ presentity }: Pick<Subscription, 'presentity'>): boolean {
  return presentity.kind === 'remote';
}

/** Whether sources of a line fail in another way than before. */
export function failuresChanged(view: LineView, before: LineView | undefined): boolean {
  const told = (of: LineView | undefined): string =>
    JSON.stringify(Object.entries(of?.state.relayed ?? {}).map(([source, { failure }]) => [source, failure?.at ?? 0]));
  return told(view) !== told(before);
}
