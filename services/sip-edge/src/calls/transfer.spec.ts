import { header } from '@linewatch/sip';
import { sdp, type TestPhone } from './testing/test-phone';
import { talkingBesideCarol as talking } from './testing/three-phones';

describe('blind transfer [RFC3515, RFC5589 6]', () => {
  const sipfrags = (phone: TestPhone): string[] =>
    phone.messages
      .filter((each) => each.kind === 'request' && each.method === 'NOTIFY')
      .map((each) => `${header(each, 'Subscription-State')?.split(';')[0]} ${each.body.toString().trim()}`);

  async function referred(fields = {}) {
    const story = await talking();
    const { rig, alice } = story;
    alice.request('REFER', { fields: { 'Refer-To': '<sip:2103@127.0.0.2>', ...fields } });
    await rig.settle();
    return story;
  }

  it('connects the peer with the number in Refer-To, and tells the referrer how it goes', async () => {
    const { rig, edge, alice, bob, carol, forget } = await referred();
    expect(alice.news()).toEqual(['202 REFER', 'NOTIFY']);
    expect(carol.news()).toEqual(['INVITE']);
    carol.answer('INVITE', 180);
    await rig.settle();
    carol.answer('INVITE', 200, { session: sdp(30) });
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 30']);
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(carol.news()).toEqual(['ACK sdp 21']);
    expect(bob.news()).toEqual(['ACK', 'OPTIONS']);
    expect(alice.news()).toEqual(['NOTIFY', 'NOTIFY', 'BYE']);
    expect(sipfrags(alice)).toEqual([
      'active SIP/2.0 100 Trying',
      'active SIP/2.0 180 Ringing',
      'terminated SIP/2.0 200 OK',
    ]);
    expect(header(alice.last('NOTIFY'), 'Event')).toBe('refer');
    const last = rig.facts.filter(({ line }) => line === '2102').at(-1)?.fact;
    expect(last?.peer.number).toBe('2103');
    expect(rig.news()).toContain('2101 terminated');
    forget();
    carol.request('BYE');
    await rig.settle();
    expect(bob.news()).toEqual(['BYE']);
    expect(rig.news()).toEqual(['2103 terminated', '2102 terminated']);
    expect(edge.calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('goes on when the referrer hangs up at once', async () => {
    const { rig, alice, bob, carol } = await referred();
    alice.request('BYE');
    await rig.settle();
    carol.answer('INVITE', 200, { session: sdp(30) });
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(carol.news()).toEqual(['INVITE', 'ACK sdp 21']);
  });

  it('that fails leaves the call as it was', async () => {
    const { rig, alice, bob, carol } = await referred();
    carol.answer('INVITE', 486);
    await rig.settle();
    expect(sipfrags(alice)).toEqual(['active SIP/2.0 100 Trying', 'terminated SIP/2.0 486 Busy Here']);
    alice.request('INFO');
    await rig.settle();
    expect(bob.news()).toEqual(['INFO']);
  });

  it('without a subscription sends no NOTIFY [RFC4488]', async () => {
    const { alice } = await referred({ 'Refer-Sub': 'false' });
    expect(alice.news()).toEqual(['202 REFER']);
    expect(header(alice.lastResponse(), 'Refer-Sub')).toBe('false');
  });

  it('names the REFER in the NOTIFYs of a second one [RFC3515 2.4.6]', async () => {
    const { rig, alice, carol } = await referred();
    carol.answer('INVITE', 486);
    await rig.settle();
    const second = alice.request('REFER', { fields: { 'Refer-To': '<sip:2103@127.0.0.2>' } });
    await rig.settle();
    const cseq = header(second, 'CSeq')?.split(' ')[0];
    expect(header(alice.last('NOTIFY'), 'Event')).toBe(`refer;id=${cseq}`);
  });

  it.each([
    ['nothing', '', 400],
    ['two targets', '<sip:2103@127.0.0.2>, <sip:2104@127.0.0.2>', 400],
    ['a URI without a number', '<sip:127.0.0.2>', 400],
    ['another method', '<sip:2103@127.0.0.2;method=BYE>', 501],
    ['a Replaces without both tags', '<sip:2103@127.0.0.2?Replaces=a%3Bto-tag%3Db>', 400],
    [
      'a Replaces that is not escaped as URIs are',
      '<sip:2103@127.0.0.2?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3D%zz>',
      400,
    ],
  ])('to %s is refused', async (_what, referTo, status) => {
    const { alice } = await referred({ 'Refer-To': referTo });
    expect(alice.news()).toEqual([`${status} REFER`]);
  });
});
