import { makeSubjects, OutboxFullError, type OutboxEntry } from '@linewatch/bus';
import type { LegStanding } from '@linewatch/call';
import type { LegFact } from '@linewatch/presence';
import { Metrics } from '@linewatch/runtime';
import { ManualClock, settle } from '../testing/manual-clock';
import { newLeg } from './edge-leg';
import { LegPublisher } from './leg-publisher';

function setUp(role: 'caller' | 'callee' = 'caller') {
  const clock = new ManualClock();
  const stored: OutboxEntry[] = [];
  const times: number[] = [];
  const outbox = { isFull: false, put: async (entry: OutboxEntry) => {
    if (outbox.isFull) throw new OutboxFullError('full');
    stored.push(entry);
      times.push(clock.now());
    return { seq: stored.length, duplicate: false };
  } }; // prettier-ignore
  const dialog = { callId: 'c', localTag: 'l', remoteTag: 'r' };
  const refused = new Metrics().counter('refused', 'refused');
  const publisher = new LegPublisher({
    edge: { id: 'sip-edge-1', epoch: 4 },
    outbox,
    subjects: makeSubjects(),
    clock,
    wheel: clock.wheel,
    floodLog: { warn: () => undefined },
    refused,
    factOf: () => ({ dialog, restore: 'of the protocol' }),
  });
  const leg = newLeg({
    id: 'leg',
    call: 'call',
    role,
    owner: { line: '20..', device: 'pool:1', instance: 'voice-register-dn:1' },
    party: { number: '2001' },
    facing: { number: '2102' },
    controller: 'sip-edge-1',
  });
  const become = (state: LegStanding['state']): void => {
    const before = leg.standing;
    leg.standing = { ...before, state };
    publisher.changed(leg, before);
  };
  const facts = (): LegFact[] => stored.map(({ event }) => event.data as LegFact);
  return { clock, stored, times, outbox, refused, publisher, leg, become, facts };
}

describe('the facts of a leg', () => {
  it('go to their line in the order of their numbers, each with an id of its own [design law 1]', async () => {
    const { publisher, leg, become, stored, facts } = setUp();
    publisher.changed(leg, undefined);
    become('confirmed');
    become('terminated');
    await settle();
    expect(stored.map(({ subject, id, key, about }) => [subject, id, key, about])).toEqual([
      ['lw.line.20_2E_2E.call', 'sip-edge-1.4.1:leg', 'leg', '20..'],
      ['lw.line.20_2E_2E.call', 'sip-edge-1.4.2:leg', 'leg', '20..'],
      ['lw.line.20_2E_2E.call', 'sip-edge-1.4.3:leg', 'leg', '20..'],
    ]);
    expect(facts().map(({ state, seq, epoch }) => [state, seq, epoch])).toEqual([
      ['trying', 1, 4],
      ['confirmed', 2, 4],
      ['terminated', 3, 4],
    ]);
  });

  it('are said again before the lease ends, until the leg has ended [design law 4]', async () => {
    const { clock, publisher, leg, become, facts, times } = setUp();
    publisher.changed(leg, undefined);
    become('confirmed');
    await clock.pass(1_000_000, 1_000);
    const [, ...talking] = facts();
    expect(talking).toHaveLength(4);
    for (const [at, fact] of talking.entries()) {
      const before = facts()[at] as LegFact;
      expect(fact.seq).toBe(before.seq + 1);
      expect(fact.leaseUntil).toBeGreaterThanOrEqual(before.leaseUntil);
      // It was stored while the one before it was still believed.
      expect(times[at + 1]).toBeLessThan(before.leaseUntil);
    }
    become('terminated');
    await clock.pass(1_000_000, 1_000);
    expect(facts()).toHaveLength(6);
  });

  it('keep what the protocol needs after a restart until the end, and the dialog throughout', async () => {
    const { publisher, leg, become, facts } = setUp();
    leg.peer = { leg: 'other', edge: 'sip-edge-2', party: { number: '2102' } };
    publisher.changed(leg, undefined);
    become('terminated');
    await settle();
    const dialog = { callId: 'c', localTag: 'l', remoteTag: 'r' };
    expect(facts()).toMatchObject([{ dialog }, { dialog }]);
    expect(facts().map(({ restore }) => restore)).toEqual([
      {
        role: 'caller',
        party: { number: '2001' },
        controller: 'sip-edge-1',
        peer: { leg: 'other', edge: 'sip-edge-2' },
        protocol: 'of the protocol',
      },
      undefined,
    ]);
  });

  it('do not speak of a called leg that does not ring', async () => {
    const { publisher, leg, stored } = setUp('callee');
    publisher.changed(leg, undefined, { anyway: true });
    await settle();
    expect(stored).toEqual([]);
  });

  it('that find the outbox full are counted, and an end is said again until it is taken', async () => {
    const { clock, publisher, leg, become, outbox, refused, facts } = setUp();
    outbox.isFull = true;
    publisher.changed(leg, undefined);
    become('terminated');
    await clock.pass(3_000);
    expect(refused.value).toBeGreaterThan(2);
    outbox.isFull = false;
    await clock.pass(2_000);
    expect(facts().map(({ state }) => state)).toEqual(['terminated']);
  });
});
