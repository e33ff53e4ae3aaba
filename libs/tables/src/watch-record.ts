import type { Subscription, Watch } from '@linewatch/presence';

/** A live subscription with its SubID, its owner's token and the sequence it was folded up to. */
export type ActiveWatch = Extract<Watch, { status: 'active' }>;

/** A subscription's row as one string: `<seq> <SubID> <token> <Subscription as JSON>`. */
export function packWatch({ seq, subId, token, subscription }: ActiveWatch): string {
  return `${seq} ${subId} ${token} ${JSON.stringify(subscription)}`;
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
