import { CallRig } from './call-rig';
import { sdp } from './test-phone';

/** Numbers 4... are beyond the first trunk, or else the second one; `authentication` is for both. 2300 is forwarded there. */
const TRUNKS = [
  'voice register dn 6', ' number 2300', ' call-forward b2bua all 4002', 'exit',
  'sip-ua', ' authentication username linewatch password secret', 'exit',
  'dial-peer voice 1 voip', ' destination-pattern 4...', ' session protocol sipv2', ' session target ipv4:127.0.0.91',
  'dial-peer voice 2 voip', ' preference 2', ' destination-pattern 4...', ' session protocol sipv2',
  ' session target ipv4:127.0.0.92',
]; // prettier-ignore

/** Alice (2101) and Bob (2102) are phones, far and other the two trunks, and a stranger is nobody. */
export function besideTrunks(edges = ['sip-edge-1']) {
  const rig = new CallRig({}, TRUNKS);
  for (const edge of edges) rig.start(edge);
  const alice = rig.phone('2101', 1);
  const bob = rig.phone('2102', 2, edges.at(-1));
  const far = rig.stranger('4001', '127.0.0.91');
  const other = rig.stranger('4002', '127.0.0.92');
  const stranger = rig.stranger('4003', '127.0.0.93');
  const forget = (): void => {
    for (const each of [alice, bob, far, other, stranger]) each.news();
    rig.news();
    rig.asked.length = 0;
  };
  return { rig, alice, bob, far, other, stranger, forget };
}

/** Alice has called 4001, and far has answered. */
export async function talkingToFar(edges?: string[]) {
  const story = besideTrunks(edges);
  const { rig, alice, far, forget } = story;
  alice.invite('4001');
  await rig.settle();
  far.answer('INVITE', 200, { session: sdp(40) });
  await rig.settle();
  forget();
  return story;
}

/** Far has called Bob, and he has answered. */
export async function calledByFar(edges?: string[]) {
  const story = besideTrunks(edges);
  const { rig, bob, far, forget } = story;
  far.invite('2102', { session: sdp(40) });
  await rig.settle();
  bob.answer('INVITE', 200, { session: sdp(20) });
  await rig.settle();
  forget();
  return story;
}
