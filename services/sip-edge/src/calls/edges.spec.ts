import { AnswerError } from '@linewatch/bus';
import { CallRig } from './testing/call-rig';
import { sdp } from './testing/test-phone';

const FIRST = 'sip-edge-1';
const SECOND = 'sip-edge-2';

/** Alice is at the first edge, which controls her calls; Bob and Carol are at the second. */
function setUp() {
  const rig = new CallRig();
  const first = rig.start(FIRST);
  const second = rig.start(SECOND);
  const alice = rig.phone('2101', 1, FIRST);
  const bob = rig.phone('2102', 2, SECOND);
  const carol = rig.phone('2103', 3, SECOND);
  const forget = (): void => {
    for (const phone of [alice, bob, carol]) phone.news();
    rig.news();
    rig.asked.length = 0;
  };
  return { rig, first, second, alice, bob, carol, forget };
}

type Story = ReturnType<typeof setUp>;

async function talking() {
  const story = setUp();
  const { rig, alice, bob, forget } = story;
  alice.invite('2102');
  await rig.settle();
  bob.answer('INVITE', 180);
  await rig.settle();
  bob.answer('INVITE', 200, { session: sdp(20) });
  await rig.settle();
  forget();
  return story;
}

function nothingLeft({ first, second }: Story): void {
  expect(first.calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  expect(second.calls.shared.counters).toEqual({ calls: 0, legs: 0 });
}

describe('a call works the same when the callee is at another edge process', () => {
  it('from ringing to the end', async () => {
    const story = setUp();
    const { rig, alice, bob } = story;
    alice.invite('2102');
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 10']);
    expect(rig.news()).toEqual(['2101 trying']);
    bob.answer('INVITE', 180);
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(20) });
    await rig.settle();
    expect(alice.news()).toEqual(['180 INVITE', '200 INVITE sdp 20']);
    expect(bob.news()).toEqual(['ACK']);
    expect(rig.news()).toEqual(['2102 early', '2101 early', '2102 confirmed', '2101 confirmed']);
    bob.request('BYE');
    await rig.settle();
    expect(alice.news()).toEqual(['BYE']);
    expect(rig.news()).toEqual(['2102 terminated', '2101 terminated']);
    expect(rig.asked).toEqual([
      'sip-edge-2: offer',
      'sip-edge-1: progress',
      'sip-edge-1: answered',
      'sip-edge-2: confirm',
      'sip-edge-1: released',
    ]);
    nothingLeft(story);
  });

  it('held, resumed, with INFO', async () => {
    const { rig, alice, bob } = await talking();
    bob.request('INVITE', { session: sdp(21, 'sendonly') });
    await rig.settle();
    alice.answer('INVITE', 200, { session: sdp(11, 'recvonly') });
    await rig.settle();
    expect(bob.news()).toEqual(['200 INVITE sdp 11 recvonly']);
    expect(rig.news().sort()).toEqual(['2101 confirmed*', '2102 confirmed*']);
    alice.request('INFO');
    await rig.settle();
    bob.answer('INFO', 200);
    await rig.settle();
    expect(alice.news()).toEqual(['INVITE sdp 21 sendonly', 'ACK', '200 INFO']);
  });

  it('withdrawn, and refused', async () => {
    const story = setUp();
    const { rig, alice, bob } = story;
    const invite = alice.invite('2102');
    await rig.settle();
    bob.answer('INVITE', 180);
    await rig.settle();
    alice.cancel(invite);
    await rig.settle();
    bob.answer('INVITE', 487);
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 10', 'CANCEL', 'ACK']);
    nothingLeft(story);
    alice.invite('2102', { session: sdp(10), callId: 'second' });
    await rig.settle();
    bob.answer('INVITE', 486);
    await rig.settle();
    expect(alice.news().at(-1)).toBe('486 INVITE');
    nothingLeft(story);
  });

  it('transferred within the other edge, while the controller has no leg of it any more', async () => {
    const story = await talking();
    const { rig, alice, bob, carol } = story;
    alice.request('REFER', { fields: { 'Refer-To': '<sip:2103@127.0.0.2>' } });
    await rig.settle();
    carol.answer('INVITE', 200, { session: sdp(30) });
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    expect(alice.news().at(-1)).toBe('BYE');
    expect(story.first.calls.shared.counters).toEqual({ calls: 1, legs: 0 });
    bob.request('BYE');
    await rig.settle();
    expect(carol.news()).toEqual(['INVITE', 'ACK sdp 21', 'BYE']);
    nothingLeft(story);
  });

  it('rings a phone over UDP itself when the edge of its registration is gone', async () => {
    const { rig, alice, bob } = setUp();
    rig.kill(SECOND);
    alice.invite('2102');
    // Bob's phone hears the edge that lives.
    bob.send = alice.send;
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 10']);
    expect(rig.asked).toEqual([]);
  });
});

describe('messages between edges', () => {
  const offered = {
    kind: 'event',
    call: 'nowhere',
    leg: 'x',
    epoch: 1,
    seq: 1,
    event: { type: 'alive' },
  };

  it.each([[undefined], [{}], [{ ...offered, event: { type: 'nonsense' } }], [{ ...offered, seq: -1 }]])(
    'that are none are refused: %j',
    (body) => {
      const { first } = setUp();
      expect(() => first.calls.shared.take(body)).toThrow(AnswerError);
    },
  );

  it('about an unknown call or leg are answered with `gone`', () => {
    const { first } = setUp();
    expect(first.calls.shared.take(offered)).toEqual({ ok: true, gone: true });
    const command = { ...offered, kind: 'command', controller: SECOND, command: { type: 'probe' } };
    expect(first.calls.shared.take(command)).toEqual({ ok: true, gone: true });
  });

  it('are done once, however often they come', async () => {
    const story = setUp();
    const { rig, alice, bob, second } = story;
    const taken: unknown[] = [];
    const take = second.calls.shared.take.bind(second.calls.shared);
    second.calls.shared.take = (body) => {
      taken.push(body);
      return take(body);
    };
    alice.invite('2102');
    await rig.settle();
    second.calls.shared.take(taken[0]);
    await rig.settle();
    expect(bob.news()).toEqual(['INVITE sdp 10']);
    bob.answer('INVITE', 486);
    await rig.settle();
    // The repeat of an offer whose leg has ended must not ring the phone again.
    expect(second.calls.shared.take(taken[0])).toEqual({ ok: true });
    await rig.settle();
    expect(bob.news()).toEqual(['ACK']);
    nothingLeft(story);
  });

  it('are sent again while the other edge does not answer, in their order', async () => {
    const { rig, alice, bob, second, forget } = await talking();
    bob.automatic = { ...bob.automatic, INFO: 200 };
    second.isUp = false;
    alice.request('INFO');
    alice.request('BYE');
    await rig.clock.pass(1_000);
    expect(rig.asked).toEqual([]);
    forget();
    second.isUp = true;
    await rig.clock.pass(1_000);
    expect(rig.asked.filter((each) => each.startsWith(SECOND))).toEqual(['sip-edge-2: info', 'sip-edge-2: release']);
    expect(bob.news()).toEqual(['INFO', 'BYE']);
  });
});

describe('an edge that is lost', () => {
  it('takes its unanswered legs with it at once: the caller hears 500, or the phone stops ringing', async () => {
    const called = setUp();
    called.alice.invite('2102');
    await called.rig.settle();
    called.rig.kill(SECOND);
    called.rig.lost(SECOND);
    await called.rig.settle();
    expect(called.alice.news()).toEqual(['500 INVITE']);

    const calling = setUp();
    calling.alice.invite('2102');
    await calling.rig.settle();
    calling.bob.answer('INVITE', 180);
    await calling.rig.settle();
    calling.rig.kill(FIRST);
    calling.rig.lost(FIRST);
    await calling.rig.settle();
    expect(calling.bob.news()).toEqual(['INVITE sdp 10', 'CANCEL']);
  });

  it.each([
    ['controller', FIRST],
    ['called leg', SECOND],
  ])('with the %s: an answered call ends when it stays away', async (_what, lost) => {
    const { rig, alice, bob, forget } = await talking();
    const other = lost === FIRST ? bob : alice;
    rig.kill(lost);
    rig.lost(lost);
    await rig.clock.pass(10_000);
    expect(other.news()).toEqual([]);
    forget();
    await rig.clock.pass(6_000);
    expect(other.news()).toEqual(['BYE']);
  });

  it('and comes back without the leg ends the call', async () => {
    const { rig, alice } = await talking();
    rig.kill(SECOND);
    rig.lost(SECOND);
    await rig.clock.pass(3_000);
    rig.forgetLines();
    rig.start(SECOND);
    await rig.settle();
    expect(alice.news()).toEqual(['BYE']);
  });

  it('and comes back as controller without the call ends the leg', async () => {
    const { rig, bob } = await talking();
    rig.kill(FIRST);
    rig.lost(FIRST);
    rig.forgetLines();
    rig.start(FIRST);
    await rig.settle();
    expect(bob.news()).toEqual(['BYE']);
  });
});
