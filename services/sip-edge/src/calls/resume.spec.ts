import { cseqOf, header } from '@linewatch/sip';
import { CallRig } from './testing/call-rig';
import { sdp, type TestPhone } from './testing/test-phone';

const FIRST = 'sip-edge-1';
const SECOND = 'sip-edge-2';

function setUp(edgeOfBob: string) {
  const rig = new CallRig();
  rig.start(FIRST);
  if (edgeOfBob === SECOND) rig.start(SECOND);
  const alice = rig.phone('2101', 1, FIRST);
  const bob = rig.phone('2102', 2, edgeOfBob);
  const carol = rig.phone('2103', 3, edgeOfBob);
  for (const phone of [alice, bob, carol]) phone.automatic = { ...phone.automatic, OPTIONS: 200, CANCEL: 200 };
  const forget = (): void => {
    for (const phone of [alice, bob, carol]) phone.news();
    rig.news();
    rig.asked.length = 0;
  };
  return { rig, alice, bob, carol, forget };
}

async function ringing(edgeOfBob = FIRST) {
  const story = setUp(edgeOfBob);
  const { rig, alice, bob, forget } = story;
  const invite = alice.invite('2102');
  await rig.settle();
  bob.answer('INVITE', 180);
  await rig.settle();
  forget();
  return { ...story, invite };
}

async function talking(edgeOfBob = FIRST) {
  const story = await ringing(edgeOfBob);
  const { rig, bob, forget } = story;
  bob.answer('INVITE', 200, { session: sdp(20) });
  await rig.settle();
  forget();
  return story;
}

/** kill -9, and a new process of the same id. */
async function restart({ rig }: { rig: CallRig }, ...edges: string[]) {
  for (const edge of edges) rig.kill(edge);
  for (const edge of edges) rig.lost(edge);
  await rig.clock.pass(2_000);
  for (const edge of edges) rig.start(edge);
  await rig.clock.pass(1_000);
}

const hangUp = (phone: TestPhone) => phone.request('BYE');

describe('a call that was answered lives through kill -9 of its edge', () => {
  it('its lines are told at once, in the new epoch, and its phones asked for a sign of life', async () => {
    const story = await talking();
    const { rig, alice, bob } = story;
    await restart(story, FIRST);
    const told = rig.facts.map(({ line, fact }) => `${line} ${fact.state} in ${fact.epoch}`);
    expect(told.sort()).toEqual(['2101 confirmed in 20', '2102 confirmed in 20']);
    expect(alice.news()).toEqual(['OPTIONS']);
    expect(bob.news()).toEqual(['OPTIONS']);
  });

  it.each([
    ['one edge', FIRST, [FIRST]],
    ['two edges of which that of the caller', SECOND, [FIRST]],
    ['two edges of which that of the callee', SECOND, [SECOND]],
    ['two edges, both', SECOND, [FIRST, SECOND]],
  ] as const)('a later BYE of either side works: %s', async (_what, edgeOfBob, killed) => {
    for (const side of ['alice', 'bob'] as const) {
      const story = await talking(edgeOfBob);
      await restart(story, ...killed);
      story.forget();
      hangUp(story[side]);
      await story.rig.settle();
      const other = side === 'alice' ? story.bob : story.alice;
      expect(story[side].news()).toEqual(['200 BYE']);
      expect(other.news()).toEqual(['BYE']);
      expect(story.rig.news().sort()).toEqual(['2101 terminated', '2102 terminated']);
      for (const { calls } of story.rig.edges.values()) expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
      await story.rig.clock.pass(60_000);
      expect(story.rig.news()).toEqual([]);
    }
  });

  it('hold works, and requests bear a CSeq above all that was sent before', async () => {
    const story = await talking();
    const { rig, alice, bob } = story;
    const before = cseqOf(bob.last('INVITE'))?.seq ?? 0;
    await restart(story, FIRST);
    story.forget();
    alice.request('INVITE', { session: sdp(11, 'sendonly') });
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21, 'recvonly') });
    await rig.settle();
    expect(alice.news()).toEqual(['200 INVITE sdp 21 recvonly']);
    expect(rig.news().sort()).toEqual(['2101 confirmed*', '2102 confirmed*']);
    expect(cseqOf(bob.last('INVITE'))?.seq).toBeGreaterThan(before + 60_000);
    expect(header(bob.last('INVITE'), 'Call-ID')).toBe(header(bob.last('ACK'), 'Call-ID'));
  });

  it('twice', async () => {
    const story = await talking();
    await restart(story, FIRST);
    await restart(story, FIRST);
    story.forget();
    hangUp(story.bob);
    await story.rig.settle();
    expect(story.alice.news()).toEqual(['BYE']);
  });

  it('after a transfer it is the new pair that talks on', async () => {
    const story = await talking(SECOND);
    const { rig, alice, bob, carol } = story;
    alice.request('REFER', { fields: { 'Refer-To': '<sip:2103@127.0.0.2>' } });
    await rig.settle();
    carol.answer('INVITE', 200, { session: sdp(30) });
    await rig.settle();
    bob.answer('INVITE', 200, { session: sdp(21) });
    await rig.settle();
    await restart(story, FIRST, SECOND);
    story.forget();
    hangUp(carol);
    await rig.settle();
    expect(bob.news()).toEqual(['BYE']);
    expect(rig.lampOf('2102')).toBe('idle');
  });

  it('unless one phone hung up meanwhile: the other one hears BYE within seconds', async () => {
    const story = await talking();
    story.bob.automatic = { ...story.bob.automatic, OPTIONS: 481 };
    await restart(story, FIRST);
    expect(story.alice.news()).toEqual(['OPTIONS', 'BYE']);
    expect(story.rig.news().sort()).toEqual([
      '2101 confirmed', '2101 terminated', '2102 confirmed', '2102 terminated',
    ]); // prettier-ignore
  });

  it('also when its lines are heard of only after the start', async () => {
    const story = await talking();
    const { rig, alice, bob } = story;
    rig.kill(FIRST);
    const lines = rig.forgetLines();
    rig.start(FIRST);
    await rig.settle();
    expect(rig.news()).toEqual([]);
    rig.rememberLines(lines);
    await rig.settle();
    expect(rig.news().sort()).toEqual(['2101 confirmed', '2102 confirmed']);
    hangUp(alice);
    await rig.settle();
    expect(bob.news()).toContain('BYE');
  });

  it('which cannot read what was kept says that it is over', async () => {
    const story = await talking();
    story.rig.spoilRestore('2102');
    await restart(story, FIRST);
    expect(story.rig.news().sort()).toEqual(['2101 confirmed', '2101 terminated', '2102 terminated']);
    expect(story.alice.news()).toEqual(['BYE']);
  });
});

describe('a call that nobody had answered ends with its edge', () => {
  it.each([
    ['one edge', FIRST, [FIRST]],
    ['two edges of which that of the caller', SECOND, [FIRST]],
    ['two edges of which that of the callee', SECOND, [SECOND]],
  ] as const)('its phone stops ringing and its lines are idle: %s', async (_what, edgeOfBob, killed) => {
    const story = await ringing(edgeOfBob);
    const { rig, bob } = story;
    await restart(story, ...killed);
    expect(bob.news().filter((each) => each !== 'OPTIONS')).toEqual([killed[0] === edgeOfBob ? 'BYE' : 'CANCEL']);
    expect(rig.lampOf('2101')).toBe('idle');
    expect(rig.lampOf('2102')).toBe('idle');
  });
});
