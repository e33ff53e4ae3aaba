import { header, headerLines } from '@linewatch/sip';
import { CallRig } from './testing/call-rig';
import { sdp } from './testing/test-phone';

function setUp(settings = {}) {
  const rig = new CallRig(settings);
  const edge = rig.start();
  const alice = rig.phone('2101', 1);
  const bob = rig.phone('2102', 2);
  return { rig, edge, alice, bob };
}

type Story = ReturnType<typeof setUp>;

/** Alice has called Bob; his phone has the INVITE. */
async function calling() {
  const story = setUp();
  const invite = story.alice.invite('2102');
  await story.rig.settle();
  forget(story);
  return { ...story, invite };
}

/** Alice and Bob talk. */
async function talking() {
  const story = await calling();
  await answered(story);
  forget(story);
  return story;
}

async function answered({ rig, bob }: Story) {
  bob.answer('INVITE', 180);
  await rig.settle();
  bob.answer('INVITE', 200, { session: sdp(20) });
  await rig.settle();
}

function forget({ rig, alice, bob }: Story) {
  alice.news();
  bob.news();
  rig.news();
}

/** Nothing is left of any call, and nothing more happens. */
async function expectSilence({ rig, edge, alice, bob }: Story) {
  expect(edge.calls.counters).toEqual({ calls: 0, legs: 0 });
  await rig.clock.pass(70_000);
  expect([...alice.news(), ...bob.news(), ...rig.news()]).toEqual([]);
}

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
    expect(edge.calls.counters).toEqual({ calls: 0, legs: 0 });
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
    edge.calls.drain();
    alice.invite('2102', { callId: 'another' });
    await rig.settle();
    expect(alice.news()).toEqual(['503 INVITE']);
  });
});
