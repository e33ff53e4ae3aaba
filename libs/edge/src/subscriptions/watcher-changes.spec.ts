import { makeSubjects, type Follower, type Stored } from '@linewatch/bus';
import type { Binding, PresenceRules, RegistrationFact } from '@linewatch/presence';
import { owned } from '../testing/owned';
import { OwnedTable, type OwnedSubscription } from './owned-subscription';
import { decideAgain, followWatchers } from './watcher-changes';

const RULES: PresenceRules = {
  presenceEnabled: true,
  sipPresenceEnabled: false,
  watcherAll: false,
  allowSubscribe: false,
  maxSubscription: 100,
};

function setUp(protocol: 'sip' | 'sccp' = 'sccp') {
  const table = new OwnedTable<OwnedSubscription>();
  const said: string[] = [];
  const subjects = makeSubjects();
  let heard: ((stored: Stored) => void) | undefined;
  const ports = {
    bus: {
      subjects,
      follow: async (_stream: string, _options: object, listener: (stored: Stored) => void) => {
        heard = listener;
        return {} as Follower;
      },
    },
    table,
    edge: 'edge-1',
    protocol,
    drop: ({ record }: OwnedSubscription, reason: string) => void said.push(`${record.id} dropped: ${reason}`),
    terminate: ({ record }: OwnedSubscription, reason: string) => void said.push(`${record.id} told: ${reason}`),
    connected: ({ record }: OwnedSubscription, { contact }: Binding) =>
      void said.push(`${record.id} connected by ${contact}`),
  };
  const registered = async (line: string, data: RegistrationFact) => {
    await followWatchers(ports);
    heard?.({
      address: subjects.lineFact(line, 'registration'),
      event: { type: 'linewatch.line.registration', data },
    } as Stored);
  };
  return { ports, table, said, registered };
}

const connection = (edge: string): Binding => ({ contact: 'new', edge, connectionBound: true }) as Binding;

describe('what becomes of watchers when their phones leave or come back [cme-presence 4.4]', () => {
  it.each([
    ['it unregistered', '2101', { cause: 'unregistered', bindings: [] }, ['a dropped: unregistered']],
    ['it expired', '2101', { cause: 'expired', bindings: [] }, ['a dropped: unregistered']],
    ['its connection was lost: it may come back', '2101', { cause: 'connection-lost', bindings: [] }, []],
    ['another of its numbers left', '2109', { cause: 'unregistered', bindings: [] }, []],
    ['it connected here', '2101', { cause: 'registered', bindings: [connection('edge-1')] }, ['a connected by new']],
    ['it connected elsewhere', '2101', { cause: 'registered', bindings: [connection('edge-2')] }, []],
  ] as const)('%s', async (_what, line, fact, expected) => {
    const { table, said, registered } = setUp();
    table.add(owned('a'));
    await registered(line, { device: 'ephone:1', ...fact, bindings: [...fact.bindings] });
    expect(said).toEqual(expected);
  });

  it('a phone that watches nothing changes nothing', async () => {
    const { table, said, registered } = setUp();
    table.add(owned('a'));
    await registered('2101', { device: 'ephone:2', cause: 'unregistered', bindings: [] });
    expect(said).toEqual([]);
  });
});

describe('what becomes of watchers when the rules change [design law 7]', () => {
  it('who may not watch any more is told so, by the rules of its protocol', () => {
    for (const [protocol, expected] of [
      ['sccp', ['remote told: rejected']],
      ['sip', ['local told: rejected', 'remote told: rejected']],
    ] as const) {
      const { ports, table, said } = setUp(protocol);
      table.add(owned('local'));
      const { watcher } = owned('x').record;
      table.add(owned('remote', { watcher: { ...watcher, kind: 'remote' } }));
      decideAgain(ports, RULES);
      expect(said).toEqual(expected);
    }
  });
});
