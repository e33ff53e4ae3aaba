import { header } from '@linewatch/sip';
import { sdp } from './testing/test-phone';
import { besideTrunks, calledByFar, talkingToFar } from './testing/trunk-story';

const nothingLeft = ({ rig }: ReturnType<typeof besideTrunks>, edge = 'sip-edge-1') =>
  expect(rig.edges.get(edge)?.calls.shared.counters).toEqual({ calls: 0, legs: 0 });

describe('a call to a number that no line has goes to the trunk whose pattern it fits [cme-presence 6.3]', () => {
  it('rings, talks and ends; only the line of the phone hears of it', async () => {
    const story = besideTrunks();
    const { rig, alice, far } = story;
    alice.invite('4001');
    await rig.settle();
    expect(far.news()).toEqual(['INVITE sdp 10']);
    const invite = far.last('INVITE');
    expect(invite.requestUri).toBe('sip:4001@127.0.0.91:5060');
    expect(header(invite, 'From')).toMatch(/^"Alice" <sip:2101@127\.0\.0\.2>;tag=/);
    expect(header(invite, 'P-Asserted-Identity')).toBe('"Alice" <sip:2101@127.0.0.2>');
    expect(header(invite, 'To')).toBe('<sip:4001@127.0.0.91>');
    expect(header(invite, 'Contact')).toBe('<sip:2101@127.0.0.2:5060>');
    expect(header(invite, 'Max-Forwards')).toBe('69');
    far.answer('INVITE', 183, { session: sdp(41) });
    await rig.settle();
    far.answer('INVITE', 200, { session: sdp(40) });
    await rig.settle();
    expect(alice.news()).toEqual(['183 INVITE sdp 41', '200 INVITE sdp 40']);
    expect(far.news()).toEqual(['ACK']);
    expect(rig.facts[0]?.fact.peer).toEqual({ number: '4001' });
    expect(rig.news()).toEqual(['2101 trying', '2101 early', '2101 confirmed']);
    far.request('BYE');
    await rig.settle();
    expect(alice.news()).toEqual(['BYE']);
    expect(rig.news()).toEqual(['2101 terminated']);
    nothingLeft(story);
  });

  it('hold by either side, and glare', async () => {
    const { rig, alice, far } = await talkingToFar();
    far.request('INVITE', { session: sdp(41, 'sendonly') });
    await rig.settle();
    alice.answer('INVITE', 200, { session: sdp(11, 'recvonly') });
    await rig.settle();
    expect(far.news()).toEqual(['200 INVITE sdp 11 recvonly']);
    expect(rig.news()).toEqual(['2101 confirmed*']);
    alice.news();
    alice.request('INVITE', { session: sdp(12) });
    await rig.settle();
    far.request('INVITE', { session: sdp(42) });
    await rig.settle();
    expect(far.news()).toEqual(['INVITE sdp 12', '491 INVITE']);
    far.answer('INVITE', 200, { session: sdp(43) });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 43']);
    expect(rig.news()).toEqual(['2101 confirmed']);
  });

  it('without an offer the trunk makes it, and hears the answer with the ACK', async () => {
    const { rig, alice, far } = besideTrunks();
    alice.acknowledges = false;
    alice.invite('4001', {});
    await rig.settle();
    far.answer('INVITE', 200, { session: sdp(40) });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 40']);
    alice.acknowledge(alice.lastResponse(), sdp(10));
    await rig.settle();
    expect(far.news()).toEqual(['INVITE', 'ACK sdp 10']);
  });

  it('a caller who gives up withdraws it', async () => {
    const story = besideTrunks();
    const { rig, alice, far } = story;
    const invite = alice.invite('4001');
    await rig.settle();
    far.answer('INVITE', 180);
    await rig.settle();
    alice.cancel(invite);
    await rig.settle();
    far.answer('INVITE', 487);
    await rig.settle();
    expect(far.news()).toEqual(['INVITE sdp 10', 'CANCEL', 'ACK']);
    expect(rig.news()).toEqual(['2101 trying', '2101 early', '2101 terminated']);
    nothingLeft(story);
  });

  it('a number that no pattern fits is unknown', async () => {
    const { rig, alice } = besideTrunks();
    alice.invite('5001');
    await rig.settle();
    expect(alice.news()).toEqual(['404 INVITE']);
  });
});

describe('a trunk that does not take the call', () => {
  it('is silent: the next one by preference is called, and a late answer of the first is ended', async () => {
    const story = besideTrunks();
    const { rig, alice, far, other } = story;
    alice.invite('4001');
    await rig.clock.pass(4_900);
    expect(other.news()).toEqual([]);
    await rig.clock.pass(200);
    expect(other.news()).toEqual(['INVITE sdp 10']);
    other.answer('INVITE', 200, { session: sdp(50) });
    await rig.settle();
    expect(alice.news()).toEqual(['100 INVITE', '200 INVITE sdp 50']);
    expect(rig.news()).toEqual(['2101 trying', '2101 confirmed']);
    far.news();
    far.answer('INVITE', 200, { session: sdp(40) });
    await rig.settle();
    expect(far.news()).toEqual(['ACK', 'BYE']);
    other.request('BYE');
    await rig.clock.pass(40_000);
    nothingLeft(story);
  });

  it('both are silent: the caller hears 408, and the line is idle again', async () => {
    const story = besideTrunks();
    const { rig, alice } = story;
    alice.invite('4001');
    await rig.clock.pass(11_000);
    expect(alice.news()).toEqual(['100 INVITE', '408 INVITE']);
    expect(rig.news()).toEqual(['2101 trying', '2101 terminated']);
    await rig.clock.pass(40_000);
    nothingLeft(story);
  });

  it.each([480, 500, 502])('says %d: the next one is called', async (status) => {
    const { rig, alice, far, other } = besideTrunks();
    alice.invite('4001');
    await rig.settle();
    far.answer('INVITE', status);
    await rig.settle();
    expect(far.news()).toEqual(['INVITE sdp 10', 'ACK']);
    expect(other.news()).toEqual(['INVITE sdp 10']);
  });

  it.each([
    [404, 404],
    [486, 486],
    [403, 403],
    [603, 603],
    // To be sent elsewhere by a trunk could cost money: it counts as not available.
    [302, 480],
  ])('says %d: that is final, and the caller hears %d', async (status, heard) => {
    const story = besideTrunks();
    const { rig, alice, far, other } = story;
    alice.invite('4001');
    await rig.settle();
    far.answer('INVITE', status, status === 302 ? { fields: { Contact: '<sip:4009@127.0.0.92>' } } : {});
    await rig.settle();
    expect(alice.news()).toEqual([`${heard} INVITE`]);
    expect(other.news()).toEqual([]);
    nothingLeft(story);
  });

  it('says 503 with Retry-After: it is not called for that time [RFC3261 21.5.4]', async () => {
    const { rig, alice, far, other, forget } = besideTrunks();
    alice.invite('4001');
    await rig.settle();
    far.answer('INVITE', 503, { fields: { 'Retry-After': '20 (maintenance)' } });
    await rig.settle();
    other.answer('INVITE', 486);
    await rig.settle();
    expect(alice.news()).toEqual(['486 INVITE']);
    forget();
    alice.invite('4001');
    await rig.settle();
    expect([far.news(), other.news()]).toEqual([[], ['INVITE sdp 10']]);
    other.answer('INVITE', 486);
    await rig.clock.pass(21_000);
    forget();
    alice.invite('4001');
    await rig.settle();
    expect([far.news(), other.news()]).toEqual([['INVITE sdp 10'], []]);
  });

  it('asks who we are: the INVITE goes again with the credentials of sip-ua, as do the ACK and a BYE [SB-114]', async () => {
    const story = besideTrunks();
    const { rig, alice, far } = story;
    const challenge = { fields: { 'Proxy-Authenticate': 'Digest realm="far", nonce="n", qop="auth", algorithm=MD5' } };
    alice.invite('4001');
    await rig.settle();
    far.answer('INVITE', 407, challenge);
    await rig.settle();
    expect(far.news()).toEqual(['INVITE sdp 10', 'ACK', 'INVITE sdp 10']);
    const again = far.last('INVITE');
    expect(header(again, 'CSeq')).toBe('102 INVITE');
    expect(header(again, 'Proxy-Authorization')).toMatch(/^Digest username="linewatch", realm="far"/);
    far.answer('INVITE', 200, { session: sdp(40) });
    await rig.settle();
    expect(header(far.last('ACK'), 'CSeq')).toBe('102 ACK');
    expect(header(far.last('ACK'), 'Proxy-Authorization')).toBe(header(again, 'Proxy-Authorization'));
    far.automatic = {};
    alice.request('BYE');
    await rig.settle();
    far.answer('BYE', 407, challenge);
    await rig.settle();
    expect(header(far.last('BYE'), 'CSeq')).toBe('104 BYE');
    expect(header(far.last('BYE'), 'Proxy-Authorization')).toMatch(/^Digest username="linewatch"/);
    far.answer('BYE', 200);
    await rig.settle();
    nothingLeft(story);
  });

  it('does not believe our credentials: the caller hears 403, and nothing goes round in circles', async () => {
    const { rig, alice, far } = besideTrunks();
    const challenge = { fields: { 'WWW-Authenticate': 'Digest realm="far", nonce="n"' } };
    alice.invite('4001');
    await rig.settle();
    far.answer('INVITE', 401, challenge);
    await rig.settle();
    far.answer('INVITE', 401, challenge);
    await rig.settle();
    expect(far.news().filter((each) => each.startsWith('INVITE'))).toHaveLength(2);
    expect(alice.news()).toEqual(['403 INVITE']);
  });

  it('a phone that asks for credentials gets none', async () => {
    const { rig, alice, bob } = besideTrunks();
    alice.invite('2102');
    await rig.settle();
    bob.answer('INVITE', 401, { fields: { 'WWW-Authenticate': 'Digest realm="bob", nonce="n"' } });
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 10', 'ACK']);
    expect(alice.news()).toEqual(['403 INVITE']);
  });
});

describe('a call over a trunk', () => {
  it('rings the phones of a line, which alone is in use', async () => {
    const story = besideTrunks();
    const { rig, bob, far } = story;
    far.invite('2102', { session: sdp(40) });
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 40']);
    bob.answer('INVITE', 180);
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    expect(far.news()).toEqual(['180 INVITE', '200 INVITE sdp 20']);
    expect(rig.facts[0]?.fact.peer).toEqual({ number: '4001' });
    expect(rig.news()).toEqual(['2102 early', '2102 confirmed']);
    bob.request('BYE');
    await rig.settle();
    expect(far.news()).toEqual(['BYE']);
    expect(rig.news()).toEqual(['2102 terminated']);
    nothingLeft(story);
  });

  it.each([
    [
      'vouches for somebody',
      { 'P-Asserted-Identity': '"Far Office" <sip:4007@far>' },
      '"Far Office" <sip:4007@127.0.0.2>',
    ],
    [
      'vouches for somebody who wants to stay unnamed',
      { 'P-Asserted-Identity': '"Far Office" <sip:4007@far>', Privacy: 'id' },
      '<sip:4001@127.0.0.2>',
    ],
    ['vouches for a telephone number', { 'P-Asserted-Identity': '<tel:+4930123>' }, '<sip:+4930123@127.0.0.2>'],
  ])('%s: the phone shows it [RFC3325]', async (_what, fields, shown) => {
    const { rig, bob, far } = besideTrunks();
    far.invite('2102', { session: sdp(40), fields });
    await rig.settle();
    expect(header(bob.last('INVITE'), 'From')?.replace(/;tag=.*/, '')).toBe(shown);
  });

  it('never leaves by a trunk again, neither by itself, nor by a phone that forwards it, nor by its own REFER', async () => {
    const story = await calledByFar();
    const { rig, bob, far, other } = story;
    far.request('REFER', { fields: { 'Refer-To': '<sip:4002@127.0.0.2>' } });
    await rig.settle();
    bob.request('REFER', { fields: { 'Refer-To': '<sip:4002@127.0.0.2>' } });
    await rig.settle();
    bob.request('BYE');
    await rig.settle();
    far.invite('4002', { session: sdp(40) });
    await rig.settle();
    expect(far.lastResponse().status).toBe(404);
    far.invite('2102', { session: sdp(40) });
    await rig.settle();
    bob.answer('INVITE', 302, { fields: { Contact: '<sip:4002@127.0.0.92>' } });
    await rig.settle();
    expect(far.lastResponse().status).toBe(404);
    expect(other.news()).toEqual([]);
    expect(far.news().filter((each) => each.startsWith('INVITE'))).toEqual([]);
    nothingLeft(story);
  });

  it('is not forwarded to a trunk by `call-forward`, as a call of a phone is', async () => {
    const { rig, alice, far, other, forget } = besideTrunks();
    far.invite('2300', { session: sdp(40) });
    await rig.settle();
    expect(far.lastResponse().status).toBe(404);
    expect([...far.news(), ...other.news()].filter((each) => each.startsWith('INVITE'))).toEqual([]);
    forget();
    alice.invite('2300');
    await rig.settle();
    expect(far.news()).toEqual(['INVITE sdp 10']);
    expect(far.last('INVITE').requestUri).toBe('sip:4002@127.0.0.91:5060');
  });

  it('is transferred within the house', async () => {
    const { rig, alice, bob, far } = await calledByFar();
    bob.request('REFER', { fields: { 'Refer-To': '<sip:2101@127.0.0.2>' } });
    await rig.settle();
    alice.answer('INVITE', 200, { session: sdp(30) });
    await rig.settle();
    far.answer('INVITE', 200, { session: sdp(44) });
    await rig.settle();
    expect(alice.news()).toEqual(['INVITE', 'ACK sdp 44']);
    expect(bob.news().at(-1)).toBe('BYE');
  });

  it.each([
    ['from an address that no trunk has', '4003', 403],
    ['from there, as if it were one of our phones', '2101', 403],
  ])('%s is refused', async (_what, from, status) => {
    const { rig, stranger } = besideTrunks();
    stranger.invite('2102', { session: sdp(1), from });
    await rig.settle();
    expect(stranger.news()).toEqual([`${status} INVITE`]);
    expect(rig.news()).toEqual([]);
  });

  it.each([
    ['an unknown number', '2999', { session: sdp(40) }, 404],
    ['a line whose phone is not registered', '2103', { session: sdp(40) }, 480],
    ['a body that is no session', '2102', { body: { type: 'application/isup', text: 'x' } }, 415],
    ['nobody who may pass it on any more', '2102', { session: sdp(40), fields: { 'Max-Forwards': '0' } }, 483],
  ])('to %s is answered as a call of a phone is', async (_what, number, extras, status) => {
    const story = besideTrunks();
    const { rig, far } = story;
    far.invite(number, extras);
    await rig.settle();
    expect(far.news()).toEqual([`${status} INVITE`]);
    nothingLeft(story);
  });

  it('that is withdrawn stops the ringing', async () => {
    const story = besideTrunks();
    const { rig, bob, far } = story;
    const invite = far.invite('2102', { session: sdp(40) });
    await rig.settle();
    bob.answer('INVITE', 180);
    await rig.settle();
    far.cancel(invite);
    await rig.settle();
    bob.answer('INVITE', 487);
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 40', 'CANCEL', 'ACK']);
    expect(rig.news()).toEqual(['2102 early', '2102 terminated']);
    nothingLeft(story);
  });
});
