import { factOfChange, type LegRestore, type LegStanding } from '@linewatch/call';
import type { Outbox, Subjects } from '@linewatch/bus';
import { edgeScopedId, type LegFact } from '@linewatch/presence';
import type { Clock, PlainCounter, RateLimitedLog, TimerWheel } from '@linewatch/runtime';
import type { EdgeLeg, LegOwner } from './edge-leg';
import type { LegProtocolFact } from './edge-legs';

/** How long a leg is believed without a word: ringing as long as phones ring, talking well beyond the next renewal. */
const LEASE_MS = 390_000;
/** Renewed this long before its end: longer than NATS may be away. */
const RENEW_BEFORE_MS = 90_000;
/** An end that found the outbox full is said again after this time: without it the line would stay unknown. */
const RETRY_END_MS = 1_000;

export interface PublisherParts<Leg extends EdgeLeg> {
  readonly edge: { readonly id: string; readonly epoch: number };
  readonly outbox: Pick<Outbox, 'put'>;
  readonly subjects: Pick<Subjects, 'lineFact'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly floodLog: Pick<RateLimitedLog, 'warn'>;
  readonly refused: PlainCounter;
  /** What the leg's protocol knows of it: for watchers, and for a restart. */
  factOf(leg: Leg): LegProtocolFact;
}

/** A leg of a line: what its facts say of it whatever becomes of it. */
type Witnessed = Pick<EdgeLeg, 'id' | 'call' | 'facing'> & { readonly owner: LegOwner };

/**
 * Says what this edge witnesses of its legs, as facts of their lines [design law 3]. Nobody waits for them: the outbox
 * keeps their order per line, and a newer word on a leg replaces one that still waits.
 */
export class LegPublisher<Leg extends EdgeLeg = EdgeLeg> {
  private seq = 0;

  constructor(private readonly parts: PublisherParts<Leg>) {}

  /** Publishes the change of a leg's standing, if watchers see one; `anyway` also when they do not (a new peer, a restart). */
  changed(leg: Leg, before: LegStanding | undefined, options: { cause?: string; anyway?: boolean } = {}): void {
    if (leg.isHidden) return;
    const { state } = leg.standing;
    const change = factOfChange(before, leg.standing);
    if (!change && (!options.anyway || state === 'offered' || state === 'terminated')) return;
    this.publish(leg, options.cause);
  }

  /** A leg goes on, and its line shows it no more: the line hears that it ended. */
  hidden(leg: Leg, cause: string): void {
    if (leg.isHidden) return;
    leg.isHidden = true;
    this.parts.wheel.cancel(leg.lease);
    const { owner, id, call, facing } = leg;
    const { state, direction } = leg.standing;
    if (!owner || state === 'offered' || state === 'terminated') return;
    const witnessed: Witnessed = { id, call, facing, owner };
    this.put(witnessed, { ...this.begun(witnessed), state: 'terminated', direction, held: false, cause });
  }

  /** The end of a leg from before a restart that cannot be gone on with. */
  buried(leg: Witnessed, direction: LegFact['direction']): void {
    this.put(leg, { ...this.begun(leg), state: 'terminated', direction, held: false, cause: 'restart' });
  }

  private publish(leg: Leg, cause?: string): void {
    const { wheel } = this.parts;
    const { owner, id, call, facing } = leg;
    const { state, direction, held } = leg.standing;
    // A trunk's leg is on no line.
    if (!owner || state === 'offered') return;
    const witnessed: Witnessed = { id, call, facing, owner };
    const isOver = state === 'terminated';
    const { dialog, restore } = this.parts.factOf(leg);
    const fact: LegFact = {
      ...this.begun(witnessed),
      state,
      direction,
      held,
      ...(dialog && { dialog }),
      ...(!isOver && { restore: restoreOf(leg, restore) }),
      ...(cause !== undefined && { cause }),
    };
    this.put(witnessed, fact);
    wheel.cancel(leg.lease);
    leg.lease = isOver ? undefined : wheel.set(LEASE_MS - RENEW_BEFORE_MS, () => this.publish(leg));
  }

  private begun({ id, call, owner, facing }: Witnessed): Omit<LegFact, 'state' | 'direction' | 'held'> {
    const { edge, clock } = this.parts;
    return {
      leg: id,
      call,
      device: owner.device,
      instance: owner.instance,
      peer: facing,
      edge: edge.id,
      epoch: edge.epoch,
      seq: (this.seq += 1),
      leaseUntil: clock.now() + LEASE_MS,
    };
  }

  private put(leg: Witnessed, fact: LegFact): void {
    const { edge, outbox, subjects, floodLog, refused, wheel } = this.parts;
    const { line } = leg.owner;
    const stored = outbox.put({
      subject: subjects.lineFact(line, 'call'),
      event: { type: 'linewatch.line.call', data: fact },
      id: `${edgeScopedId(edge.id, edge.epoch, fact.seq)}:leg`,
      about: line,
      epoch: edge.epoch,
      seq: fact.seq,
      key: leg.id,
    });
    stored.catch((error: unknown) => {
      refused.add();
      floodLog.warn('leg-fact', 'a fact of a leg was not taken', { line, state: fact.state, err: error });
      const isFull = (error as Error | undefined)?.name === 'OutboxFullError';
      if (isFull && fact.state === 'terminated') wheel.set(RETRY_END_MS, () => this.put(leg, fact));
    });
  }
}

function restoreOf({ role, party, controller, peer }: EdgeLeg, protocol: unknown): LegRestore {
  return { role, party, controller, ...(peer && { peer: placeOf(peer) }), protocol };
}

function placeOf({ leg, edge, kept }: NonNullable<EdgeLeg['peer']>): NonNullable<LegRestore['peer']> {
  return { leg, edge, ...(kept && { kept }) };
}
