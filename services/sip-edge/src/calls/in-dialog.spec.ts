import { header } from '@linewatch/sip';
import { CallRig } from './testing/call-rig';
import { sdp, type Extras, type TestPhone } from './testing/test-phone';
import { talkingBesideCarol as talking } from './testing/three-phones';

type Story = Awaited<ReturnType<typeof talking>>;

/** One phone asks for another session, the other agrees. */
async function modify(
  { rig }: Story,
  asking: TestPhone,
  asked: TestPhone,
  offer: Extras,
  answer: Extras,
  by = 'INVITE',
) {
  asking.request(by, offer);
  await rig.settle();
  asked.answer('INVITE', 200, answer);
  await rig.settle();
}

describe('a change of the session [RFC3261 14]', () => {
  it.each(['caller', 'callee'] as const)('asked by the %s: hold and resume reach the other phone', async (who) => {
    const story = await talking();
    const { rig, forget } = story;
    const [asking, asked] = who === 'caller' ? [story.alice, story.bob] : [story.bob, story.alice];
    await modify(story, asking, asked, { session: sdp(11, 'sendonly') }, { session: sdp(21, 'recvonly') });
    expect(asked.news()).toEqual(['INVITE sdp 11 sendonly', 'ACK']);
    expect(asking.news()).toEqual(['200 INVITE sdp 21 recvonly']);
    expect(rig.news().sort()).toEqual(['2101 confirmed*', '2102 confirmed*']);
    forget();
    await modify(story, asking, asked, { session: sdp(12) }, { session: sdp(22) });
    expect(asked.news()).toEqual(['INVITE sdp 12', 'ACK']);
    expect(rig.news().sort()).toEqual(['2101 confirmed', '2102 confirmed']);
  });

  it('by UPDATE reaches the other phone as a re-INVITE, which every phone knows', async () => {
    const story = await talking();
    const { alice, bob } = story;
    await modify(story, alice, bob, { session: sdp(11) }, { session: sdp(21) }, 'UPDATE');
    expect(bob.news()).toEqual(['INVITE sdp 11', 'ACK']);
    expect(alice.news()).toEqual(['200 UPDATE sdp 21']);
  });

  it('by UPDATE without an offer is answered here', async () => {
    const { rig, alice, bob } = await talking();
    alice.request('UPDATE');
    await rig.settle();
    expect(alice.news()).toEqual(['200 UPDATE']);
    expect(bob.news()).toEqual([]);
  });

  it('without an offer takes it from the other phone, and brings the answer in the ACK', async () => {
    const { rig, alice, bob } = await talking();
    alice.acknowledges = false;
    alice.request('INVITE');
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE']);
    expect(alice.news()).toEqual(['200 INVITE sdp 21']);
    alice.acknowledge(undefined, sdp(11));
    await rig.settle();
    expect(bob.news()).toEqual(['ACK sdp 11']);
  });

  it('without an offer and then without an answer ends the call', async () => {
    const { rig, alice, bob, edge } = await talking();
    alice.request('INVITE');
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 21', 'BYE']);
    expect(bob.news()).toEqual(['INVITE', 'ACK', 'BYE']);
    expect(edge.calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('that the other phone refuses leaves the session as it was', async () => {
    const { rig, alice, bob } = await talking();
    alice.request('INVITE', { session: sdp(11, 'sendonly') });
    await rig.settle();
    bob.answer('INVITE', 488);
    await rig.settle();
    expect(alice.news()).toEqual(['488 INVITE']);
    expect(rig.news()).toEqual([]);
  });

  it('asked by both at once is refused to both with 491 [RFC3261 14.2]', async () => {
    const { rig, alice, bob } = await talking();
    alice.request('INVITE', { session: sdp(11) });
    await rig.settle();
    bob.request('INVITE', { session: sdp(21) });
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 11', '491 INVITE']);
    bob.answer('INVITE', 491);
    await rig.settle();
    expect(alice.news()).toEqual(['491 INVITE']);
  });

  it('asked a second time before the first is answered is refused with 500 [RFC3261 14.2]', async () => {
    const { rig, alice } = await talking();
    alice.request('INVITE', { session: sdp(11) });
    alice.request('INVITE', { session: sdp(12) });
    await rig.settle();
    expect(alice.news()).toEqual(['500 INVITE']);
    expect(header(alice.lastResponse(), 'Retry-After')).toBe('2');
  });

  it('goes to the new address of a phone that has moved [RFC3261 12.2.1.2]', async () => {
    const story = await talking();
    const { rig, alice, bob } = story;
    const moved = `<sip:elsewhere@${bob.flow.remote.host}:5060>`;
    await modify(story, alice, bob, { session: sdp(11) }, { session: sdp(21), fields: { Contact: moved } });
    alice.request('BYE');
    await rig.settle();
    expect(bob.last('BYE').requestUri).toBe(moved.slice(1, -1));
  });

  it('to a phone that does not know the call any more ends it', async () => {
    const { rig, alice, bob } = await talking();
    alice.request('INVITE', { session: sdp(11) });
    await rig.settle();
    bob.answer('INVITE', 481);
    await rig.settle();
    expect(alice.news()).toEqual(['487 INVITE', 'BYE']);
    expect(bob.news()).toEqual(['INVITE sdp 11', 'ACK']);
    expect(rig.news()).toEqual(['2102 terminated', '2101 terminated']);
  });
});

describe('other requests within a call', () => {
  it('INFO passes with its body, and its answer comes back', async () => {
    const { rig, alice, bob } = await talking();
    alice.request('INFO', { body: { type: 'application/dtmf-relay', text: 'Signal=5\r\n' } });
    await rig.settle();
    expect(bob.news()).toEqual(['INFO']);
    expect(bob.last('INFO').body.toString()).toBe('Signal=5\r\n');
    expect(header(bob.last('INFO'), 'Content-Type')).toBe('application/dtmf-relay');
    bob.answer('INFO', 415);
    await rig.settle();
    expect(alice.news()).toEqual(['415 INFO']);
  });

  it('OPTIONS is answered here, with what a call may do', async () => {
    const { rig, alice, bob } = await talking();
    alice.request('OPTIONS');
    await rig.settle();
    expect(alice.news()).toEqual(['200 OPTIONS']);
    expect(header(alice.lastResponse(), 'Allow')).toContain('REFER');
    expect(bob.news()).toEqual([]);
  });

  it('NOTIFY of something that nobody asked for is refused without ending the call [SB-37]', async () => {
    const { rig, alice } = await talking();
    alice.request('NOTIFY', { fields: { Event: 'talk' } });
    await rig.settle();
    expect(alice.news()).toEqual(['489 NOTIFY']);
    expect(rig.news()).toEqual([]);
  });

  it.each(['BYE', 'INVITE', 'UPDATE', 'INFO', 'REFER', 'OPTIONS', 'NOTIFY'])(
    '%s in a dialog that has ended is answered 481 [SB-111]',
    async (method) => {
      const { rig, alice, forget } = await talking();
      alice.request('BYE');
      await rig.settle();
      forget();
      alice.request(method);
      await rig.settle();
      expect(alice.news()).toEqual([`481 ${method}`]);
    },
  );

  it('with the tag of another phone is answered 481', async () => {
    const { rig, alice } = await talking();
    alice.request('BYE', { fields: { From: '<sip:2101@127.0.0.2>;tag=forged' } });
    await rig.settle();
    expect(alice.news()).toEqual(['481 BYE']);
  });

  it('with a CSeq below the last one is answered 500, without effect [SB-21]', async () => {
    const { rig, alice, bob } = await talking();
    alice.request('BYE', { cseq: 1 });
    await rig.settle();
    expect(alice.news()).toEqual(['500 BYE']);
    expect(bob.news()).toEqual([]);
  });

  it('before the answer: a change comes too early, INFO needs a phone that rings alone', async () => {
    const rig = new CallRig();
    rig.start();
    const alice = rig.phone('2101', 1);
    const bob = rig.phone('2102', 2);
    alice.invite('2102');
    await rig.settle();
    bob.answer('INVITE', 180);
    await rig.settle();
    alice.news();
    for (const method of ['UPDATE', 'INVITE']) alice.request(method, { session: sdp(11) });
    alice.request('INFO');
    await rig.settle();
    expect(alice.news()).toEqual(['500 UPDATE', '500 INVITE']);
    expect(bob.news()).toEqual(['INVITE sdp 10', 'INFO']);
    bob.answer('INFO', 200);
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INFO', '200 INVITE sdp 20']);
  });
});

describe('a talking phone is asked for a sign of life', () => {
  it.each([
    [481, 'does not know the call', ['BYE']],
    [408, 'says that it is not reachable', ['BYE']],
  ])('%i: one that %s has none, and the other one hears BYE', async (status, _what, heard) => {
    const { rig, alice, bob, forget } = await talking();
    alice.automatic = { ...alice.automatic, OPTIONS: 200 };
    bob.automatic = { ...bob.automatic, OPTIONS: status };
    await rig.clock.pass(299_000);
    forget();
    await rig.clock.pass(2_000);
    expect(alice.news()).toEqual(['OPTIONS', ...heard]);
    expect(rig.lampOf('2101')).toBe('idle');
    expect(rig.lampOf('2102')).toBe('idle');
  });

  it('405: one that answers at all is there', async () => {
    const { rig, alice, bob } = await talking();
    for (const phone of [alice, bob]) phone.automatic = { ...phone.automatic, OPTIONS: 405 };
    await rig.clock.pass(899_000);
    expect(rig.lampOf('2101')).toBe('in-use');
    expect(alice.news()).toEqual(['OPTIONS', 'OPTIONS']);
  });
});
