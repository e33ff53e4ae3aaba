import { CallRig } from './call-rig';
import { sdp } from './test-phone';

/** Alice (2101) and Bob (2102) talk; Carol (2103) is idle. */
export async function talkingBesideCarol() {
  const rig = new CallRig();
  const edge = rig.start();
  const alice = rig.phone('2101', 1);
  const bob = rig.phone('2102', 2);
  const carol = rig.phone('2103', 3);
  alice.invite('2102');
  await rig.settle();
  bob.answer('INVITE', 200, { session: sdp(20) });
  await rig.settle();
  const phones = [alice, bob, carol];
  const forget = (): void => {
    for (const phone of phones) phone.news();
    rig.news();
  };
  forget();
  return { rig, edge, alice, bob, carol, forget };
}
