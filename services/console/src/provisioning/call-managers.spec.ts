import fc from 'fast-check';
import { callManagersFor } from './call-managers';

const edge = (host: string, { kind = 'sip' as const, alive = true, port = 5060 } = {}) => ({
  kind,
  alive,
  advertised: { host, port },
});
const EDGES = ['192.0.2.4', '192.0.2.3', '192.0.2.2', '192.0.2.1'].map((host) => edge(host));
const hosts = (question: Partial<Parameters<typeof callManagersFor>[0]>, edges = EDGES) =>
  callManagersFor({ kind: 'sip', ...question }, edges).map(({ host }) => host);
const DEVICES = Array.from({ length: 400 }, (_, at) => `SEP${at.toString(16).toUpperCase().padStart(12, '0')}`);

describe('where a phone is to register', () => {
  it('is the source-address while no edge of its kind is heard of', () => {
    const others = [edge('192.0.2.1', { alive: false }), { ...edge('192.0.2.2'), kind: 'sccp' as const }];
    expect(callManagersFor({ kind: 'sip', sourceAddress: { host: 'x', port: 1 } }, others)).toEqual([{ host: 'x', port: 1 }]); // prettier-ignore
    expect(callManagersFor({ kind: 'sip' }, others)).toEqual([]);
  });

  it('is first the source-address for a phone without a file of its own, when an edge is there', () => {
    const source = (host: string) => hosts({ sourceAddress: { host, port: 5060 } });
    expect(source('192.0.2.3')).toEqual(['192.0.2.3', '192.0.2.1', '192.0.2.2']);
    expect(source('192.0.2.9')).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('names a virtual address of several edges once, and edges of one host by their ports', () => {
    const edges = [edge('v'), edge('v'), edge('v', { port: 5061 })];
    expect(callManagersFor({ kind: 'sip' }, edges)).toEqual([{ host: 'v', port: 5060 }, { host: 'v', port: 5061 }]); // prettier-ignore
  });

  it('spreads phones over all edges', () => {
    const preferred = DEVICES.map((device) => hosts({ device })[0]);
    for (const { advertised } of EDGES) {
      const count = preferred.filter((host) => host === advertised.host).length;
      expect(count).toBeGreaterThan(DEVICES.length / EDGES.length / 2);
    }
  });

  it('moves only the phones of an edge that is lost, each to its second', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DEVICES), fc.nat(EDGES.length - 1), (device, lost) => {
        const before = hosts({ device });
        const gone = EDGES[lost]?.advertised.host;
        const after = hosts({ device }, EDGES.filter((_, at) => at !== lost)); // prettier-ignore
        expect(after.slice(0, 2)).toEqual(before.filter((host) => host !== gone).slice(0, 2));
      }),
    );
  });
});
