import { header } from '@linewatch/sip';
import { sdp } from './testing/test-phone';
import { calling, expectSilence, forget, setUp, talking } from './testing/two-phones';

describe('a call between two lines', () => {
  it('rings, is answered and ends when the caller hangs up [SB-98]', async () => {
    const story = setUp();
    const { rig, alice, bob } = story;
    alice.invite('2102');
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 10']);
    expect(rig.news()).toEqual(['2101 trying']);
    bob.answer('INVITE', 180);
    await rig.settle();
    expect(alice.news()).toEqual(['180 INVITE']);
    expect(rig.news()).toEqual(['2102 early', '2101 early']);
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 20']);
    expect(bob.news()).toEqual(['ACK']);
    expect(rig.news()).toEqual(['2102 confirmed', '2101 confirmed']);
    alice.request('BYE');
    await rig.settle();
    expect(alice.news()).toEqual(['200 BYE']);
    expect(bob.news()).toEqual(['BYE']);
    expect(rig.news()).toEqual(['2101 terminated', '2102 terminated']);
    await expectSilence(story);
  });

  it('ends when the called side hangs up', async () => {
    const story = await talking();
    const { rig, alice, bob } = story;
    bob.request('BYE');
    await rig.settle();
    expect(bob.news()).toEqual(['200 BYE']);
    expect(alice.news()).toEqual(['BYE']);
    expect(rig.news()).toEqual(['2102 terminated', '2101 terminated']);
    await expectSilence(story);
  });

  it('ends also when nobody answers the BYE', async () => {
    const story = await talking();
    const { rig, alice, bob } = story;
    alice.automatic = {};
    bob.request('BYE');
    await rig.settle();
    expect(rig.news()).toEqual(['2102 terminated', '2101 terminated']);
    await rig.clock.pass(40_000);
    forget(story);
    await expectSilence(story);
  });

  it('is withdrawn: CANCEL goes to the callee, 487 back to the caller [SB-94]', async () => {
    const story = await calling();
    const { rig, alice, bob, invite } = story;
    bob.answer('INVITE', 180);
    await rig.settle();
    forget(story);
    alice.cancel(invite);
    await rig.settle();
    expect(alice.news()).toEqual(['200 CANCEL', '487 INVITE']);
    expect(bob.news()).toEqual(['CANCEL']);
    expect(rig.news()).toEqual(['2101 terminated', '2102 terminated']);
    bob.answer('CANCEL', 200);
    bob.answer('INVITE', 487);
    await rig.settle();
    expect(bob.news()).toEqual(['ACK']);
    await expectSilence(story);
  });

  it('is answered while it is withdrawn: the answer is acknowledged and ended [RFC3261 9.1]', async () => {
    const story = await calling();
    const { rig, alice, bob, invite } = story;
    bob.answer('INVITE', 180);
    await rig.settle();
    alice.cancel(invite);
    await rig.settle();
    forget(story);
    bob.answer('CANCEL', 200);
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    expect(bob.news()).toEqual(['ACK', 'BYE']);
    await expectSilence(story);
  });

  it.each([
    [486, '486 INVITE'],
    [603, '603 INVITE'],
    // The caller has no credentials for a phone's realm, and 503 would make it avoid this server [SB-95, SB-97].
    [401, '403 INVITE'],
    [503, '500 INVITE'],
  ])('is refused with %i: the caller hears %s', async (status, heard) => {
    const story = await calling();
    const { rig, alice, bob } = story;
    bob.answer('INVITE', status);
    await rig.settle();
    expect(alice.news()).toEqual([heard]);
    expect(bob.news()).toEqual(['ACK']);
    expect(rig.news()).toEqual(['2101 terminated']);
    await expectSilence(story);
  });

  it('is not answered: after 180 s the caller hears 408 and the phone stops ringing', async () => {
    const story = await calling();
    const { rig, alice, bob } = story;
    bob.answer('INVITE', 180);
    await rig.settle();
    forget(story);
    await rig.clock.pass(180_100);
    expect(alice.news()).toEqual(['408 INVITE']);
    expect(bob.news()).toEqual(['CANCEL']);
    bob.answer('CANCEL', 200);
    bob.answer('INVITE', 487);
    await rig.settle();
    expect(rig.news()).toEqual(['2102 terminated', '2101 terminated']);
    forget(story);
    await expectSilence(story);
  });

  it('to a phone that is silent ends with 408 after Timer B', async () => {
    const story = await calling();
    const { rig, alice, bob } = story;
    await rig.clock.pass(33_000);
    expect(alice.news()).toEqual(['100 INVITE', '408 INVITE']);
    bob.news();
    expect(rig.news()).toEqual(['2101 terminated']);
    await expectSilence(story);
  });

  it('passes early media from a phone that rings alone', async () => {
    const { rig, alice, bob } = await calling();
    bob.answer('INVITE', 183, { session: sdp(21) });
    bob.answer('INVITE', 183, { session: sdp(21) });
    await rig.settle();
    expect(alice.news()).toEqual(['183 INVITE sdp 21']);
    expect(rig.news()).toEqual(['2102 early', '2101 early']);
  });

  it('is followed to the number that a 3xx names', async () => {
    const { rig, alice, bob } = await calling();
    const carol = rig.phone('2103', 3);
    bob.answer('INVITE', 302, { fields: { Contact: '<sip:2103@127.0.0.2>' } });
    await rig.settle();
    expect(alice.news()).toEqual(['181 INVITE']);
    expect(carol.news()).toEqual(['INVITE sdp 10']);
  });

  it('lets the called side make the offer when the caller made none', async () => {
    const story = setUp();
    const { rig, alice, bob } = story;
    alice.acknowledges = false;
    alice.invite('2102', {});
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE']);
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 20']);
    expect(bob.news()).toEqual([]);
    alice.acknowledge(undefined, sdp(10));
    await rig.settle();
    expect(bob.news()).toEqual(['ACK sdp 10']);
  });

  it('of a line to itself rings its own phone', async () => {
    const { rig, alice } = setUp();
    alice.invite('2101');
    await rig.settle();
    expect(alice.news()).toEqual(['INVITE sdp 10']);
  });

  it('repeats its 2xx until the ACK comes, and ends both legs when none does [RFC3261 13.3.1.4]', async () => {
    const story = await calling();
    const { rig, alice, bob } = story;
    alice.acknowledges = false;
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.clock.pass(4_000);
    expect(alice.news().filter((each) => each.startsWith('200 INVITE'))).toHaveLength(4);
    await rig.clock.pass(30_000);
    expect(alice.news().filter((each) => each === 'BYE')).toHaveLength(1);
    expect(bob.news()).toEqual(['ACK', 'BYE']);
    expect(rig.news()).toEqual([
      '2102 confirmed', '2101 confirmed', '2101 terminated', '2102 terminated',
    ]); // prettier-ignore
    await expectSilence(story);
  });

  it('waits for the ACK before it sends BYE to the caller [RFC3261 15]', async () => {
    const { rig, alice, bob } = await calling();
    alice.acknowledges = false;
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    bob.request('BYE');
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 20']);
    alice.acknowledge();
    await rig.settle();
    expect(alice.news()).toEqual(['BYE']);
  });

  it('acknowledges each 2xx that comes again with the same ACK [RFC3261 13.2.2.4]', async () => {
    const { rig, bob } = await talking();
    bob.answer('INVITE', 200, { session: sdp(20) });
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    expect(bob.news()).toEqual(['ACK', 'ACK']);
  });

  it('ends the dialog of a second phone behind the same contact', async () => {
    const { rig, alice, bob } = await talking();
    bob.respond(bob.last('INVITE'), 200, { session: sdp(22), tag: 'other' });
    await rig.settle();
    expect(bob.news()).toEqual(['ACK', 'BYE']);
    expect(header(bob.last('BYE'), 'To')).toContain('tag=other');
    expect(alice.news()).toEqual([]);
    expect(rig.news()).toEqual([]);
  });
});
