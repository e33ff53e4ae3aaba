import { cseqOf } from '@linewatch/sip';
import { sdp } from './testing/test-phone';
import { besideTrunks, calledByFar, talkingToFar } from './testing/trunk-story';

const FIRST = 'sip-edge-1';
const SECOND = 'sip-edge-2';

type Story = Awaited<ReturnType<typeof talkingToFar>>;

const left = ({ rig }: Story) => [...rig.edges.values()].map(({ calls }) => calls.shared.counters.legs);

/** An edge dies and comes back, as the others notice in between. */
async function restart({ rig }: Story, edge: string): Promise<void> {
  rig.kill(edge);
  rig.lost(edge);
  rig.start(edge);
  await rig.settle();
}

/** Both sides are told by BYE when the other one hangs up, and the line is idle after it. */
async function hangsUp(story: Story, by: 'far' | 'phone', line: string): Promise<void> {
  const { rig, far } = story;
  const phone = line === '2101' ? story.alice : story.bob;
  story.forget();
  (by === 'far' ? far : phone).request('BYE');
  await rig.settle();
  expect((by === 'far' ? phone : far).news()).toContain('BYE');
  expect(rig.news().at(-1)).toBe(`${line} terminated`);
  expect(left(story).every((legs) => legs === 0)).toBe(true);
}

describe('a call over a trunk outlives kill -9 of its edge: the line of the phone keeps both dialogs', () => {
  it.each(['far', 'phone'] as const)('one that a phone made, and %s hangs up', async (by) => {
    const story = await talkingToFar();
    await restart(story, FIRST);
    // A sign of life is asked for [design 5]; the trunk sees the numbers of the requests rise.
    await story.rig.clock.pass(1_000);
    const probe = story.far.last('OPTIONS');
    expect(cseqOf(probe)?.seq).toBeGreaterThan(65_536);
    story.far.respond(probe, 200);
    story.alice.respond(story.alice.last('OPTIONS'), 200);
    await story.rig.settle();
    await hangsUp(story, by, '2101');
  });

  it('one that came in, also when the edge dies twice', async () => {
    const story = await calledByFar();
    const numbers: number[] = [];
    for (const _time of [1, 2]) {
      await restart(story, FIRST);
      await story.rig.clock.pass(1_000);
      const probe = story.far.last('OPTIONS');
      numbers.push(cseqOf(probe)?.seq ?? 0);
      story.far.respond(probe, 200);
      story.bob.respond(story.bob.last('OPTIONS'), 200);
      await story.rig.settle();
    }
    expect(numbers[1]).toBeGreaterThan((numbers[0] ?? 0) + 65_000);
    await hangsUp(story, 'phone', '2102');
  });

  it.each([FIRST, SECOND])('one between two edges, of which %s dies', async (edge) => {
    const story = await calledByFar([FIRST, SECOND]);
    await restart(story, edge);
    await story.rig.clock.pass(1_000);
    // Who is at the edge that lives was never in doubt.
    if (edge === FIRST) story.far.respond(story.far.last('OPTIONS'), 200);
    story.bob.respond(story.bob.last('OPTIONS'), 200);
    await story.rig.settle();
    await hangsUp(story, 'far', '2102');
  });

  it('a far side that hung up meanwhile is found out', async () => {
    const story = await talkingToFar();
    await restart(story, FIRST);
    story.forget();
    await story.rig.clock.pass(1_000);
    story.far.respond(story.far.last('OPTIONS'), 481);
    await story.rig.settle();
    expect(story.alice.news()).toContain('BYE');
    expect(story.rig.news().at(-1)).toBe('2101 terminated');
  });

  it('an edge that stays away ends the call at the other one', async () => {
    const story = await calledByFar([FIRST, SECOND]);
    story.rig.kill(FIRST);
    story.rig.lost(FIRST);
    await story.rig.clock.pass(16_000);
    expect(story.bob.news()).toContain('BYE');
    expect(story.rig.news().at(-1)).toBe('2102 terminated');
  });

  it('a trunk that was ringing is told that the call is over', async () => {
    const story = besideTrunks();
    const { rig, alice, far, forget } = story;
    alice.invite('4001');
    await rig.settle();
    far.answer('INVITE', 180);
    await rig.settle();
    forget();
    await restart(story, FIRST);
    expect([alice.news(), far.news()]).toEqual([['BYE'], ['BYE']]);
    expect(rig.news().at(-1)).toBe('2101 terminated');
    expect(left(story)).toEqual([0]);
  });

  it('a call that was ringing ends', async () => {
    const story = await talkingToFar();
    story.alice.request('BYE');
    await story.rig.settle();
    story.forget();
    story.far.invite('2102', { session: sdp(40) });
    await story.rig.settle();
    story.bob.answer('INVITE', 180);
    await story.rig.settle();
    await restart(story, FIRST);
    expect(story.bob.news()).toContain('BYE');
    expect(story.rig.news()).toEqual(['2102 early', '2102 early', '2102 terminated']);
  });
});
