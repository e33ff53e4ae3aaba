import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory } from '../directory';
import { routeAnywhere } from './trunk-routing';

const trunk = (tag: number, ...lines: string[]) => [
  `dial-peer voice ${tag} voip`,
  ' session protocol sipv2',
  ` session target ipv4:192.0.2.${tag}`,
  ...lines.map((line) => ` ${line}`),
];

const directory = new Directory(
  applyCommands(emptyConfig(), [
    'ephone-dn 1', ' number 4001', 'exit',
    ...trunk(1, 'destination-pattern 4...', 'preference 2'),
    ...trunk(2, 'destination-pattern 4...', 'preference 1'),
    ...trunk(3, 'destination-pattern 40..', 'preference 9'),
    ...trunk(4, 'destination-pattern 49..', 'shutdown'),
  ]).config,
); // prettier-ignore

/** The dial peers that a number is tried at, in their order, or why there are none. */
async function ask(number: string, { mayLeave = true, isAlone = false } = {}) {
  const sipEdge = isAlone ? undefined : 'sip-edge-1';
  let legs = 0;
  const parts = {
    edge: { id: 'sccp-edge-1', epoch: 1 },
    directory,
    bindings: { of: async () => ({}) },
    monitor: { isAlive: () => true, edges: () => [] },
    lines: { get: () => undefined },
    clock: { now: () => 0 },
    newLeg: () => `leg${(legs += 1)}`,
    standIn: () => sipEdge,
  };
  const routed = await routeAnywhere(parts, number, mayLeave);
  if ('refusal' in routed) return routed.refusal;
  if ('forward' in routed) throw new Error(`forwarded to ${routed.forward}`);
  const all = [...routed.targets, ...(routed.next ?? [])];
  expect(all.map(({ leg, edge }) => [leg, edge])).toEqual(all.map((_, at) => [`leg${at + 1}`, sipEdge]));
  return all.map(({ target }) => (target.kind === 'dial-peer' ? target.tag : target.kind));
}

describe('a number that no line has', () => {
  it.each([
    ['is tried at one trunk after another: the longest match, then the preference', '4011', [3, 2, 1]],
    ['not at one whose pattern it does not fit', '4111', [2, 1]],
    ['not at one that is shut down', '4911', [2, 1]],
    ['is unknown when it fits no pattern', '5001', 'unknown-number'],
    ['is not meant by a number of ours, although no phone is there', '4001', 'nobody-registered'],
  ])('%s: %s', async (_what, number, expected) => expect(await ask(number)).toEqual(expected));

  it('is unknown to a call that came over a trunk, or has a leg over one', async () => {
    expect(await ask('4011', { mayLeave: false })).toBe('unknown-number');
  });

  it('cannot be reached while no SIP edge lives', async () => {
    expect(await ask('4011', { isAlone: true })).toBe('could-not-ask');
  });
});
