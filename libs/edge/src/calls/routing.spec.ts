import { UnavailableError } from '@linewatch/bus';
import { applyCommands, emptyConfig } from '@linewatch/config';
import type { Binding } from '@linewatch/presence';
import { Directory } from '../directory';
import { route, type RoutingParts } from './routing';

/** Where a phone of that address is. */
function flowOf(host: string): Binding['flow'] {
  return { transport: 'udp', local: { host: '127.0.0.2', port: 5060 }, remote: { host, port: 5060 } };
}

const HERE = { id: 'sip-edge-1', epoch: 7 };
const NOW = 1_000;

function binding(changes: Partial<Binding> = {}): Binding {
  const flow = flowOf('127.0.0.21');
  return {
    contact: `sip:x@${(changes.flow ?? flow).remote.host}`,
    params: '',
    q: 1,
    expiresAt: NOW + 1,
    callId: 'c',
    cseq: 1,
    flow,
    path: [],
    edge: HERE.id,
    epoch: HERE.epoch,
    connectionBound: false,
    ...changes,
  };
}

const config = applyCommands(emptyConfig(), [
  'voice register global', ' mode cme', ' max-dn 9', ' max-pool 9',
  'voice register dn 1', ' number 2200', ' shared-line',
  'voice register dn 2', ' number 23..',
  'voice register pool 1', ' id mac 0000.0000.0001', ' number 1 dn 1', ' number 2 dn 2',
  'voice register pool 2', ' id mac 0000.0000.0002', ' number 1 dn 1',
  'voice register dn 3', ' number 2401', ' call-forward b2bua all 2409',
  'voice register dn 4', ' number 2402', ' call-forward b2bua unreachable 2409',
  'voice register pool 3', ' id mac 0000.0000.0003', ' number 1 dn 3', ' number 2 dn 4',
]).config; // prettier-ignore

/** The edges that ring, or why nobody does. `alive` are the other edges that live, in epoch 3. */
async function ask(
  number: string,
  devices: Record<string, Binding[]>,
  options: { alive?: string[]; calls?: string; standIn?: string } = {},
) {
  let legs = 0;
  const parts: RoutingParts = {
    edge: HERE,
    directory: new Directory(config),
    bindings: {
      of: async () =>
        Object.fromEntries(Object.entries(devices).map(([name, bindings]) => [name, { seq: 1, bindings }])),
    },
    monitor: {
      isAlive: (edge, epoch) => options.alive?.includes(edge) === true && (epoch ?? 3) === 3,
      edges: () => [],
    },
    lines: { get: () => undefined },
    clock: { now: () => NOW },
    newLeg: () => `leg${(legs += 1)}`,
    standIn: () => ('standIn' in options ? options.standIn : HERE.id),
  };
  const routed = await route(parts, number, ({ device }) => device === options.calls);
  if ('refusal' in routed) return routed.refusal;
  if ('forward' in routed) return `forward ${routed.forward}`;
  return routed.targets.map(({ leg, edge, target }) => ({ leg, edge, ...(target.kind === 'phone' && target) }));
}

describe('where a forwarded number leads', () => {
  const phones = { 'pool:3': [binding()] };

  it('elsewhere when it sends all calls on, whoever is registered', async () => {
    expect(await ask('2401', phones)).toBe('forward 2409');
  });

  it('elsewhere when nobody is registered', async () => {
    expect(await ask('2402', {})).toBe('forward 2409');
    expect(await ask('2402', phones)).toHaveLength(1);
  });
});

describe('where a number is', () => {
  it('every contact of every phone that carries it, best q first [SB-96]', async () => {
    const found = await ask('2200', {
      'pool:1': [binding({ q: 0.3 }), binding({ contact: 'sip:second@127.0.0.21', q: 0.9 })],
      'pool:2': [binding({ contact: 'sip:other@127.0.0.22', q: 0.5 })],
      'pool:3': [binding({ contact: 'sip:not-configured@127.0.0.23' })],
    });
    expect(found).toMatchObject([
      { leg: 'leg1', line: '2200', device: 'pool:1', instance: 'voice-register-dn:1', binding: { q: 0.9 } },
      { leg: 'leg2', device: 'pool:2', binding: { q: 0.5 } },
      { leg: 'leg3', device: 'pool:1', binding: { q: 0.3 } },
    ]);
  });

  it('a number that a pattern matches is on the line of the pattern', async () => {
    expect(await ask('2345', { 'pool:1': [binding()] })).toMatchObject([
      { line: '23..', instance: 'voice-register-dn:2' },
    ]);
  });

  it.each([
    ['an unknown number', '2999', {}, 'unknown-number'],
    ['nobody registered', '2200', {}, 'nobody-registered'],
    ['only registrations that ran out', '2200', { 'pool:1': [binding({ expiresAt: NOW })] }, 'nobody-registered'],
  ])('%s', async (_what, number, devices, refusal) => {
    expect(await ask(number, devices)).toBe(refusal);
  });

  it('could not be asked when the bindings cannot be read', async () => {
    const parts = {
      edge: HERE,
      directory: new Directory(config),
      bindings: { of: () => Promise.reject(new UnavailableError('away')) },
      monitor: { isAlive: () => false, edges: () => [] },
      lines: { get: () => undefined },
      clock: { now: () => NOW },
      newLeg: () => 'leg',
      standIn: () => undefined,
    };
    expect(await route(parts, '2200')).toEqual({ refusal: 'could-not-ask' });
    const broken = { ...parts, bindings: { of: () => Promise.reject(new Error('a mistake')) } };
    await expect(route(broken, '2200')).rejects.toThrow('a mistake');
  });

  it.each([
    ['a UDP phone of this edge', {}, [], ['sip-edge-1']],
    ['a UDP phone of an edge that lives', { edge: 'sip-edge-2', epoch: 1 }, ['sip-edge-2'], ['sip-edge-2']],
    ['a UDP phone of an edge that is gone', { edge: 'sip-edge-2' }, [], ['sip-edge-1']],
    ['a connection to this edge', { connectionBound: true }, [], ['sip-edge-1']],
    ['a connection to this edge before its restart', { connectionBound: true, epoch: 6 }, [], 'nobody-registered'],
    [
      'a connection to another edge',
      { connectionBound: true, edge: 'sip-edge-2', epoch: 3 },
      ['sip-edge-2'],
      ['sip-edge-2'],
    ],
    [
      'a connection to an earlier life of it',
      { connectionBound: true, edge: 'sip-edge-2', epoch: 2 },
      ['sip-edge-2'],
      'nobody-registered',
    ],
    [
      'a connection to an edge that is gone',
      { connectionBound: true, edge: 'sip-edge-2', epoch: 3 },
      [],
      'nobody-registered',
    ],
  ] as const)('%s is reached by the edge that can', async (_what, changes, alive, expected) => {
    const found = await ask('2200', { 'pool:1': [binding(changes)] }, { alive: [...alive] });
    expect(typeof found === 'string' ? found : found.map(({ edge }) => edge)).toEqual(expected);
  });

  it('an edge that reaches no UDP phones names another one to stand in, or the phone is not rung', async () => {
    const devices = { 'pool:1': [binding({ edge: 'sip-edge-2' })] };
    expect(await ask('2200', devices, { standIn: 'sip-edge-3' })).toMatchObject([{ edge: 'sip-edge-3' }]);
    expect(await ask('2200', devices, { standIn: undefined })).toBe('nobody-registered');
  });

  it('the phone that calls is rung only when it is alone', async () => {
    const own = { 'pool:1': [binding()] };
    expect(await ask('2200', own, { calls: 'pool:1' })).toHaveLength(1);
    const both = { ...own, 'pool:2': [binding({ flow: flowOf('127.0.0.22') })] };
    expect(await ask('2200', both, { calls: 'pool:1' })).toMatchObject([{ device: 'pool:2' }]);
  });
});
