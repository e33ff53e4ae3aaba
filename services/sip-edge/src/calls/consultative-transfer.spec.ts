import { header } from '@linewatch/sip';
import { CallRig } from './testing/call-rig';
import { sdp, type PhoneDialog, type TestPhone } from './testing/test-phone';

/** Alice talks to Bob, who called her, has called Carol, and wants them to talk with each other. */

const FIRST = 'sip-edge-1';
const SECOND = 'sip-edge-2';

/** Each call is controlled at the edge of its caller: Bob's of the one, Alice's of the other. */
async function consulting(edges: { alice: string; bob: string; carol: string }) {
  const rig = new CallRig();
  rig.start(FIRST);
  rig.start(SECOND);
  const alice = rig.phone('2101', 1, edges.alice);
  const bob = rig.phone('2102', 2, edges.bob);
  const carol = rig.phone('2103', 3, edges.carol);
  bob.invite('2101', { session: sdp(20) });
  await rig.settle();
  alice.answer('INVITE', 200, { session: sdp(10) });
  await rig.settle();
  const withBob = alice.talkingIn();
  alice.invite('2103', { session: sdp(11) });
  await rig.settle();
  carol.answer('INVITE', 200, { session: sdp(30) });
  await rig.settle();
  const withCarol = alice.talkingIn();
  const forget = (): void => {
    for (const phone of [alice, bob, carol]) phone.news();
    rig.news();
  };
  const counters = () => [...rig.edges.values()].map(({ calls }) => calls.shared.counters);
  forget();
  return { rig, alice, bob, carol, withBob, withCarol, forget, counters };
}

const tagOf = (nameAddr: string): string => /tag=([^;>]*)/.exec(nameAddr)?.[1] ?? '';

/** The value of Refer-To that replaces a call of the phone, whose tags stand as the other side has them [RFC3891 3]. */
function replacing({ callId, local, remote }: PhoneDialog): string {
  const replaces = `${callId};to-tag=${tagOf(remote)};from-tag=${tagOf(local)}`;
  return `<sip:2103@127.0.0.2?Replaces=${encodeURIComponent(replaces)}>`;
}

function refer(phone: TestPhone, within: PhoneDialog, replaced: PhoneDialog): void {
  phone.talkingIn(within);
  phone.request('REFER', { fields: { 'Refer-To': replacing(replaced) } });
}

const HERE = { alice: FIRST, bob: FIRST, carol: FIRST };

describe('consultative transfer [RFC5589 7]', () => {
  it.each([
    ['all at one edge', HERE],
    ['each call controlled at another edge', { alice: FIRST, bob: SECOND, carol: SECOND }],
    ['the target at another edge than all else', { alice: FIRST, bob: FIRST, carol: SECOND }],
    ['the phone that transfers alone at its edge', { alice: SECOND, bob: FIRST, carol: FIRST }],
  ])('connects the peers of both calls: %s', async (_where, edges) => {
    const { rig, alice, bob, carol, withBob, withCarol, forget, counters } = await consulting(edges);
    refer(alice, withBob, withCarol);
    await rig.settle();
    expect(alice.news()).toEqual(expect.arrayContaining(['202 REFER', 'NOTIFY', 'BYE']));
    expect(carol.news()).toEqual(['INVITE']);
    const ended = rig.facts.filter(({ fact }) => fact.state === 'terminated');
    expect(ended.map(({ line }) => line)).toEqual(['2101']);
    carol.answer('INVITE', 200, { session: sdp(31) });
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 31']);
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(carol.news()).toEqual(['ACK sdp 21']);
    // A sign of life tells Bob's leg who its peer is now.
    expect(bob.news()).toEqual(['ACK', 'OPTIONS']);
    bob.answer('OPTIONS', 200);
    await rig.settle();
    expect(alice.news()).toEqual(['NOTIFY', 'BYE']);
    expect(alice.last('NOTIFY').body.toString()).toBe('SIP/2.0 200 OK\r\n');
    expect(rig.lampOf('2101')).toBe('idle');
    for (const [line, peer] of [['2102', '2103'], ['2103', '2102']]) {
      const { state, peer: seen } = rig.facts.filter((each) => each.line === line).at(-1)?.fact ?? {};
      expect([line, state, seen?.number]).toEqual([line, 'confirmed', peer]);
    } // prettier-ignore
    expect([rig.lampOf('2102'), rig.lampOf('2103')]).toEqual(['in-use', 'in-use']);
    forget();

    // They are a call like any other: held, and ended by either side.
    bob.request('INVITE', { session: sdp(22, 'sendonly') });
    await rig.settle();
    expect(carol.news()).toEqual(['INVITE sdp 22 sendonly']);
    carol.answer('INVITE', 200, { session: sdp(31, 'recvonly') });
    await rig.settle();
    expect(bob.news()).toEqual(['200 INVITE sdp 31 recvonly']);
    carol.news();
    bob.request('BYE');
    await rig.settle();
    expect(carol.news()).toEqual(['BYE']);
    expect(counters()).toEqual([{ calls: 0, legs: 0 }, { calls: 0, legs: 0 }]); // prettier-ignore
    expect(['2101', '2102', '2103'].map((line) => rig.lampOf(line))).toEqual(['idle', 'idle', 'idle']);
  });

  it('works from the call that the phone made as from the one that it took', async () => {
    const { rig, alice, bob, carol, withBob, withCarol } = await consulting(HERE);
    refer(alice, withCarol, withBob);
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE']);
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(carol.news()).toEqual(['INVITE sdp 21']);
  });

  it('of a call that is not the phone’s own is refused, whoever knows its tags', async () => {
    const { rig, alice, bob, withBob, withCarol, counters } = await consulting(HERE);
    refer(bob, bob.talkingIn(), withCarol);
    await rig.settle();
    expect(bob.news()).toEqual(['481 REFER']);
    refer(alice, withBob, { ...withCarol, local: '<sip:x@127.0.0.2>;tag=other' });
    await rig.settle();
    expect(alice.news()).toEqual(['481 REFER']);
    refer(alice, withBob, { ...withCarol, callId: 'other' });
    await rig.settle();
    expect(alice.news()).toEqual(['481 REFER']);
    expect(counters()[0]).toEqual({ calls: 2, legs: 4 });
  });

  it('into a call whose session is just being changed is refused, and both calls stay', async () => {
    const { rig, alice, carol, withBob, withCarol, counters } = await consulting(HERE);
    carol.request('INVITE', { session: sdp(31, 'sendonly') });
    await rig.settle();
    refer(alice, withBob, withCarol);
    await rig.settle();
    expect(alice.last('NOTIFY').body.toString()).toMatch(/^SIP\/2.0 491 /);
    expect(header(alice.last('NOTIFY'), 'Subscription-State')).toMatch(/^terminated/);
    expect(counters()[0]).toEqual({ calls: 2, legs: 4 });
  });

  it('goes on when the phone that transfers hangs up at once', async () => {
    const { rig, alice, bob, carol, withBob, withCarol } = await consulting({
      alice: FIRST,
      bob: SECOND,
      carol: SECOND,
    });
    refer(alice, withBob, withCarol);
    await rig.settle();
    alice.talkingIn(withBob);
    alice.request('BYE');
    await rig.settle();
    carol.answer('INVITE', 200, { session: sdp(31) });
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(carol.news()).toEqual(['INVITE', 'ACK sdp 21']);
    expect(rig.lampOf('2101')).toBe('idle');
  });

  it('of a call whose edge is gone is told to the phone, which keeps the call that it has', async () => {
    const { rig, alice, bob, withBob, withCarol } = await consulting({ alice: FIRST, bob: FIRST, carol: SECOND });
    rig.kill(SECOND);
    rig.lost(SECOND);
    refer(alice, withBob, withCarol);
    await rig.settle();
    await rig.clock.pass(60_000);
    expect(alice.last('NOTIFY').body.toString()).toMatch(/^SIP\/2.0 [45]/);
    alice.talkingIn(withBob);
    alice.news();
    bob.news();
    alice.request('INFO');
    await rig.settle();
    expect(bob.news()).toContain('INFO');
  });

  it('outlives a restart of the edge that controls what came of it', async () => {
    const { rig, alice, bob, carol, withBob, withCarol, forget } = await consulting({
      alice: FIRST,
      bob: SECOND,
      carol: FIRST,
    });
    refer(alice, withBob, withCarol);
    await rig.settle();
    carol.answer('INVITE', 200, { session: sdp(31) });
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    bob.answer('OPTIONS', 200);
    await rig.settle();
    rig.kill(SECOND);
    rig.lost(SECOND);
    rig.start(SECOND);
    await rig.clock.pass(3_000);
    forget();
    carol.request('BYE');
    await rig.settle();
    expect(bob.news()).toContain('BYE');
  });
});
