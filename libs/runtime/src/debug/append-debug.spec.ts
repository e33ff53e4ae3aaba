import type { Bus, BusEvent } from '@linewatch/bus';
import { emptyLine, lineStateOf } from '@linewatch/presence';
import type { DebugSubject, DebugTap } from './debug-tap';
import { debuggedAppends } from './append-debug';

function setUp(isOn: boolean) {
  const told: string[] = [];
  const tap = {
    isOn,
    tell: ({ kind }: DebugSubject, make: () => readonly string[]) =>
      void (kind !== 'trace' && told.push(...make().map((text) => `${kind} ${text}`))),
  } as DebugTap;
  const bus = { append: async () => ({ seq: 57, duplicate: false }) } as unknown as Bus;
  return {
    told,
    append: (event: unknown) => debuggedAppends(bus, tap).append('s', event as BusEvent, { about: '2101' }),
  };
}

const state = { type: 'linewatch.line.state', data: lineStateOf(emptyLine('2101'), 'e1', undefined) };

function relayed(more: object): object {
  const data = { source: 'crm', package: 'presence', until: Date.UTC(2026, 10, 28, 8), ...more };
  return { type: 'linewatch.line.relayed', data };
}

it.each([
  [state, 'info //PRESENCE:[0]:/presence_line_state: 2101 is unknown, dialogs 0, version 57, cause e1'],
  [
    relayed({ lamp: { state: 'in-use', dnd: false } }),
    'event //PRESENCE:[0]:/presence_relayed: 2101: crm (presence) says in-use, until 08:00:00',
  ],
  [
    relayed({ dialogs: [] }),
    'event //PRESENCE:[0]:/presence_relayed: 2101: crm (presence) says dialogs 0, until 08:00:00',
  ],
  [relayed({}), 'event //PRESENCE:[0]:/presence_relayed: 2101: crm (presence) withdraws, until 08:00:00'],
  [
    relayed({ failure: { kind: 'refused', status: 404 } }),
    'errors //PRESENCE:[0]:/presence_relayed: 2101: crm (presence) refused 404, until 08:00:00',
  ],
  [
    { type: 'linewatch.line.lease', data: { kind: 'leg-lapsed', leg: 'l', upTo: 1 } },
    'timer //PRESENCE:[0]:/presence_lease_ended: 2101: leg-lapsed',
  ],
  [
    {
      type: 'linewatch.subscription.accepted',
      data: { subscription: { watcher: { number: '2102', host: 'h' }, presentity: { number: '2101' }, granted: 60 } },
    },
    'info //PRESENCE:[57]:/presence_subscription_stored: 2102@h watches 2101 for 60 seconds',
  ],
  [
    { type: 'linewatch.subscription.terminated', data: { id: 'x', token: 1, reason: 'timeout' } },
    'timer //PRESENCE:[0]:/presence_subscription_swept: 2101: x was not ended by its owner',
  ],
])('tells what became durable, while somebody debugs: %#', async (event, line) => {
  const on = setUp(true);
  expect(await on.append(event)).toEqual({ seq: 57, duplicate: false });
  expect(on.told).toEqual([line]);
  const off = setUp(false);
  expect(await off.append(event)).toEqual({ seq: 57, duplicate: false });
  expect(off.told).toEqual([]);
});
