import type { CallSettings } from '@linewatch/edge';
import { CallRig } from './call-rig';
import { sdp } from './test-phone';

/** Alice (2101) and Bob (2102) at one edge. */
export function setUp(settings: Partial<CallSettings> = {}) {
  const rig = new CallRig(settings);
  const edge = rig.start();
  const alice = rig.phone('2101', 1);
  const bob = rig.phone('2102', 2);
  return { rig, edge, alice, bob };
}

export type Story = ReturnType<typeof setUp>;

/** Alice has called Bob; his phone has the INVITE. */
export async function calling() {
  const story = setUp();
  const invite = story.alice.invite('2102');
  await story.rig.settle();
  forget(story);
  return { ...story, invite };
}

/** Alice and Bob talk. */
export async function talking() {
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

/** What was heard until now does not matter. */
export function forget({ rig, alice, bob }: Story) {
  alice.news();
  bob.news();
  rig.news();
}

/** Nothing is left of any call, and nothing more happens. */
export async function expectSilence({ rig, edge, alice, bob }: Story) {
  expect(edge.calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  await rig.clock.pass(70_000);
  expect([...alice.news(), ...bob.news(), ...rig.news()]).toEqual([]);
}
