import type { Subscription, SubscriptionId, LineNumber, Watch } from '@linewatch/presence';

/** A live subscription with its SubID, its owner's token and the sequence it was folded up to. */
export type ActiveWatch = Extract<Watch, { status: 'active' }>;

/** What Redis knows of a subscription. */
export interface KnownWatch {
  /** As it lives; absent when it does not, or was never heard of. */
  readonly watch?: ActiveWatch;
  /** The sequence of its last end, if it ended within the last five minutes; else 0. */
  readonly ended: number;
}

/** A subscription that ended, by the event with that sequence. */
export interface EndedWatch {
  readonly line: LineNumber;
  readonly id: SubscriptionId;
  readonly seq: number;
}

/** A subscription's row as one string: `<seq> <SubID> <token> <Subscription as JSON>`. */
export function packWatch({ seq, subId, token, subscription }: ActiveWatch): string {
  return `${seq} ${subId} ${token} ${JSON.stringify(subscription)}`;
}

/** What a Lua step compares to know that a row is still the one that was read. */
export function headOf(watch: ActiveWatch | undefined): string {
  return watch ? `${watch.seq} ${watch.subId} ${watch.token}` : '';
}

/** The watch of a packed row; undefined when it cannot be read, which counts as lost. */
export function unpackWatch(packed: string): ActiveWatch | undefined {
  const [, seq, subId, token, json] = /^(\d+) (\d+) (\d+) (.*)$/s.exec(packed) ?? [];
  if (json === undefined) return undefined;
  try {
    const subscription = JSON.parse(json) as Subscription;
    return { status: 'active', subscription, subId: Number(subId), token: Number(token), seq: Number(seq) };
  } catch {
    return undefined;
  }
}
