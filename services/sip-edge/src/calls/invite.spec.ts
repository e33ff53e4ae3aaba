import { header, headerLines } from '@linewatch/sip';
import { sdp } from './testing/test-phone';
import { calling, expectSilence, setUp, talking } from './testing/two-phones';

describe('what passes from one leg to the other', () => {
  it('is who calls, who is called and the session, and nothing else of the message [SB-91, SB-92, SB-97]', async () => {
    const { rig, alice, bob } = setUp();
    const fields = {
      'Max-Forwards': '9',
      Authorization: 'Digest username="2101"',
      'Record-Route': '<sip:proxy.example;lr>',
      'X-Own': 'alice',
    };
    const sent = alice.invite('2102', { session: sdp(10), fields });
    await rig.settle();
    const invite = bob.last('INVITE');
    expect(invite.requestUri).toBe(bob.contact);
    expect(header(invite, 'From')).toMatch(/^"Alice" <sip:2101@127\.0\.0\.2>;tag=/);
    expect(header(invite, 'To')).toBe('<sip:2102@127.0.0.2>');
    expect(header(invite, 'Contact')).toBe('<sip:2101@127.0.0.2:5060>');
    expect(header(invite, 'Max-Forwards')).toBe('8');
    expect(header(invite, 'Call-ID')).not.toBe(header(sent, 'Call-ID'));
    expect(headerLines(invite, 'Via')).toHaveLength(1);
    expect(headerLines(invite, 'Via')[0]).toContain('127.0.0.2:5060');
    expect(header(invite, 'Allow')).toContain('UPDATE');
    expect(header(invite, 'Supported')).toBe('norefersub');
    for (const name of ['Authorization', 'Record-Route', 'Route', 'X-Own'])
      expect(header(invite, name)).toBeUndefined();
    bob.answer('INVITE', 200, { session: sdp(20), fields: { 'X-Own': 'bob' } });
    await rig.settle();
    const answer = alice.lastResponse();
    expect(header(answer, 'Contact')).toBe('<sip:2102@127.0.0.2:5060>');
    expect(header(answer, 'Record-Route')).toBe('<sip:proxy.example;lr>');
    expect(header(answer, 'Allow')).toContain('REFER');
    expect(header(answer, 'X-Own')).toBeUndefined();
  });

  it('tells each line the other side and the dialog as its phone knows it [RFC4235 4.1.1]', async () => {
    const { rig, alice, bob } = await calling();
    bob.answer('INVITE', 180);
    await rig.settle();
    const [called, caller] = rig.facts.map(({ fact }) => fact);
    expect(called).toMatchObject({ device: 'pool:2', instance: 'voice-register-dn:2', direction: 'recipient' });
    expect(called?.peer).toEqual({ number: '2101', display: 'Alice' });
    expect(called?.dialog).toMatchObject({ callId: header(bob.last('INVITE'), 'Call-ID'), localTag: 't2102' });
    expect(caller).toMatchObject({ device: 'pool:1', direction: 'initiator', peer: { number: '2102' } });
    expect(caller?.dialog).toEqual({
      callId: header(alice.lastResponse(), 'Call-ID'),
      localTag: 't2101',
      remoteTag: /tag=(.*)/.exec(header(alice.lastResponse(), 'To') ?? '')?.[1],
    });
    expect(caller?.call).toBe(called?.call);
  });

  it('keeps believing a call that goes on: its leases are renewed before they end [design law 4]', async () => {
    const { rig, alice, bob } = await talking();
    alice.automatic = { OPTIONS: 200 };
    bob.automatic = { OPTIONS: 200 };
    const end = rig.clock.now() + 400_000;
    await rig.clock.pass(310_000);
    const renewed = rig.facts.filter(({ fact }) => fact.state === 'confirmed' && fact.leaseUntil > end);
    expect(renewed.map(({ line }) => line).sort()).toEqual(['2101', '2102']);
    expect(alice.news()).toEqual(['OPTIONS']);
  });
});

describe('a call to several phones', () => {
  function shared() {
    const story = setUp();
    const carol = story.rig.phone('2103', 3, 'sip-edge-1', ['2103', '2200']);
    const dave = story.rig.phone('2104', 4, 'sip-edge-1', ['2104', '2200']);
    return { ...story, carol, dave };
  }

  it('rings them all, and the others stop when one answers [SB-96]', async () => {
    const { rig, alice, carol, dave } = shared();
    alice.invite('2200');
    await rig.settle();
    for (const phone of [carol, dave]) {
      expect(phone.news()).toEqual(['INVITE sdp 10']);
      phone.answer('INVITE', 180);
    }
    await rig.settle();
    expect(alice.news()).toEqual(['180 INVITE']);
    expect(rig.news()).toEqual(['2101 trying', '2200 early', '2101 early', '2200 early']);
    dave.answer('INVITE', 200, { session: sdp(40) });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 40']);
    expect(dave.news()).toEqual(['ACK']);
    expect(carol.news()).toEqual(['CANCEL']);
    expect(rig.news()).toEqual(['2200 confirmed', '2101 confirmed', '2200 terminated']);
    carol.answer('INVITE', 487);
    await rig.settle();
    alice.request('BYE');
    await rig.settle();
    expect(dave.news()).toEqual(['BYE']);
    expect(rig.lampOf('2200')).toBe('idle');
  });

  it('gives the caller the best of their refusals [RFC3261 16.7]', async () => {
    const { rig, alice, carol, dave } = shared();
    alice.invite('2200');
    await rig.settle();
    carol.answer('INVITE', 486);
    await rig.settle();
    expect(alice.news()).toEqual([]);
    dave.answer('INVITE', 408);
    await rig.settle();
    expect(alice.news()).toEqual(['486 INVITE']);
  });

  it('does not ring the phone that calls', async () => {
    const { rig, carol, dave } = shared();
    carol.invite('2200');
    await rig.settle();
    expect(carol.news()).toEqual([]);
    expect(dave.news()).toEqual(['INVITE sdp 10']);
  });
});

describe('an INVITE that makes no call', () => {
  it.each([
    [404, 'an unknown number', '2999', {}],
    [480, 'a number that nobody registered', '2104', {}],
    [404, 'a URI without a number', '', {}],
    [483, 'no hop left [SB-90]', '2102', { fields: { 'Max-Forwards': '0' } }],
    [415, 'a body that is no SDP', '2102', { body: { type: 'text/plain', text: 'x' } }],
    [415, 'an encoded body', '2102', { session: sdp(1), fields: { 'Content-Encoding': 'gzip' } }],
    [
      413,
      'a description that would not pass the bus',
      '2102',
      { body: { type: 'application/sdp', text: 'x'.repeat(65_537) } },
    ],
    [403, "another line's number in From", '2102', { from: '2103' }],
    [403, 'no number of ours in From', '2102', { from: 'anonymous' }],
    [420, 'a requirement that is not met', '2102', { fields: { Require: '100rel' } }],
  ])('is answered %i because of %s', async (status, _why, number, extras) => {
    const story = setUp();
    const { rig, alice } = story;
    alice.invite(number, extras);
    await rig.settle();
    expect(alice.news()).toEqual([`${status} INVITE`]);
    expect(rig.lampOf('2102')).toBeUndefined();
    rig.news();
    await expectSilence(story);
  });

  it('because of a stranger costs no fact and rings nobody [design law 7]', async () => {
    const { rig, bob } = setUp();
    const stranger = rig.phone('2101', 1, 'sip-edge-1', []);
    stranger.invite('2102');
    await rig.settle();
    expect(stranger.news()).toEqual(['403 INVITE']);
    expect([...bob.news(), ...rig.news()]).toEqual([]);
  });

  it('because it has no Contact is answered 400', async () => {
    const { rig, edge, alice } = setUp();
    const send = alice.send;
    alice.send = (bytes, flow) => send(Buffer.from(bytes.toString().replace(/^Contact:.*\r\n/m, '')), flow);
    alice.invite('2102');
    await rig.settle();
    expect(alice.news()).toEqual(['400 INVITE']);
    expect(edge.calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('because the bindings cannot be read is answered 500', async () => {
    const { rig, alice } = setUp();
    rig.areBindingsAway = true;
    alice.invite('2102');
    await rig.settle();
    expect(alice.news()).toEqual(['500 INVITE']);
  });

  it('because there are too many calls, or the edge stops, is answered 503', async () => {
    const { rig, edge, alice, bob } = setUp({ maxCalls: 1 });
    alice.invite('2102');
    await rig.settle();
    bob.invite('2101');
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 10', '503 INVITE']);
    edge.calls.shared.drain();
    alice.invite('2102', { callId: 'another' });
    await rig.settle();
    expect(alice.news()).toEqual(['503 INVITE']);
  });
});
