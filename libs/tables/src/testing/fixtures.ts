import { emptyLine, evolveLine, lineStateOf, publishedView, type Binding, type LineFold } from '@linewatch/presence';
import { randomUUID } from 'node:crypto';
import { RedisConnection, type RedisSettings } from '../connection';
import type { LineRow } from '../lines';
import type { ActiveWatch } from '../watch-record';

/** A Redis under test. A cluster is used as well where the environment names one (as `url,url`). */
export const servers: readonly (readonly [kind: string, url: string])[] = [
  ['one server', process.env['LINEWATCH_TEST_REDIS_URL'] ?? ''],
  ...(process.env['LINEWATCH_TEST_REDIS_CLUSTER_URL']
    ? ([['a cluster', process.env['LINEWATCH_TEST_REDIS_CLUSTER_URL']]] as const)
    : []),
];

/** Connections over tables that no other test has; `close` ends them all. */
export function privateTables(url: string, settings: Partial<RedisSettings> = {}) {
  const prefix = `test-${randomUUID()}`;
  const opened: RedisConnection[] = [];
  return {
    prefix,
    open(): RedisConnection {
      const connection = new RedisConnection({ url, prefix, ...settings });
      opened.push(connection);
      return connection;
    },
    close(): void {
      for (const connection of opened) connection.close();
    },
  };
}

export function binding(changes: Partial<Binding> = {}): Binding {
  return {
    contact: 'sip:3001@127.0.0.1:5062',
    params: '',
    q: 1,
    expiresAt: 100_000,
    callId: 'reg-1',
    cseq: 1,
    flow: {
      transport: 'udp',
      local: { host: '127.0.0.1', port: 5060 },
      remote: { host: '127.0.0.1', port: 5062 },
    },
    path: [],
    edge: 'sip-edge-1',
    epoch: 1,
    connectionBound: false,
    ...changes,
  };
}

/** A line on which one device registered, by the fact with that sequence. */
export function registered(before: LineFold | string, seq: number, device: string, bindings: Binding[]): LineFold {
  const line = typeof before === 'string' ? emptyLine(before) : before;
  const data = { device, cause: 'registered', bindings } as const;
  return evolveLine(line, { type: 'linewatch.line.registration', data, seq, time: seq });
}

/** A line with a leg of that edge, by the fact with that sequence; a `terminated` leg has left the edge. */
export function called(
  before: LineFold | string,
  seq: number,
  leg: { edge: string; leaseUntil: number; state?: 'early' | 'terminated' },
): LineFold {
  const line = typeof before === 'string' ? emptyLine(before) : before;
  const data = {
    leg: 'leg-1',
    call: 'call-1',
    device: 'pool:1',
    instance: 'voice-register-dn:1',
    direction: 'initiator',
    held: false,
    peer: { number: '3002' },
    epoch: 1,
    seq,
    state: leg.state ?? 'early',
    edge: leg.edge,
    leaseUntil: leg.leaseUntil,
  } as const;
  return evolveLine(line, { type: 'linewatch.line.call', data, seq, time: seq });
}

/** The row of a fold, published with that PRESENCE sequence (0: not yet). */
export function rowOf(fold: LineFold, published = 0): LineRow {
  if (published === 0) return { fold };
  return { fold, published: { seq: published, view: publishedView(lineStateOf(fold, 'event-1', undefined)) } };
}

/** A live subscription, accepted by the event with sequence `subId`. */
export function watch(
  changes: Partial<Pick<ActiveWatch, 'subId' | 'token' | 'seq'>> & Partial<ActiveWatch['subscription']> = {},
): ActiveWatch {
  const { subId = 1, token = subId, seq = subId, ...rest } = changes;
  return {
    status: 'active',
    subId,
    token,
    seq,
    subscription: {
      id: `subscription-${subId}`,
      line: '3001',
      package: 'presence',
      contentType: 'application/pidf+xml',
      watcher: { number: '3002', host: '127.0.0.1', kind: 'local', phoneType: 'SIP Phone', dialPeerTag: 40001 },
      presentity: { number: '3001', host: '127.0.0.1', kind: 'local' },
      deviceBased: false,
      granted: 3600,
      expiresAt: 1_000_000,
      acceptedAt: 1,
      owner: 'sip-edge-1',
      ceiling: 65_536,
      protocol: { callId: 'a b\nc "d" é 😀', remote: '<sip:3002@127.0.0.1>;tag=1' },
      ...rest,
    },
  };
}

/** All items of bounded batches. */
export async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}
