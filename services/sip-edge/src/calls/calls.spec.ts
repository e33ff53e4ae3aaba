import { CallRig } from './testing/call-rig';
import { sdp } from './testing/test-phone';

function setUp() {
  const rig = new CallRig();
  const edge = rig.start();
  const alice = rig.phone('2101', 1);
  const bob = rig.phone('2102', 2);
  return { rig, edge, alice, bob };
}

/** Alice has called Bob, who has answered. */
async function talking() {
  const story = setUp();
  const { rig, alice, bob } = story;
  alice.invite('2102');
  await rig.settle();
  bob.answer('INVITE', 180);
  await rig.settle();
  bob.answer('INVITE', 200, { session: sdp(20) });
  await rig.settle();
  for (const phone of [alice, bob]) phone.news();
  rig.news();
  return story;
}

describe('a call between two lines of an edge', () => {
  it('rings, is answered and ends when the caller hangs up [SB-98]', async () => {
    const { rig, edge, alice, bob } = setUp();
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
    expect(rig.news().sort()).toEqual(['2101 terminated', '2102 terminated']);
    expect(edge.calls.counters).toEqual({ calls: 0, legs: 0 });
    await rig.clock.pass(40_000);
    expect([...alice.news(), ...bob.news(), ...rig.news()]).toEqual([]);
  });

  it('ends when the called side hangs up', async () => {
    const { rig, edge, alice, bob } = await talking();
    bob.request('BYE');
    await rig.settle();
    expect(bob.news()).toEqual(['200 BYE']);
    expect(alice.news()).toEqual(['BYE']);
    expect(rig.news().sort()).toEqual(['2101 terminated', '2102 terminated']);
    expect(edge.calls.counters).toEqual({ calls: 0, legs: 0 });
  });
});
