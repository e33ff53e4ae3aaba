import type { KnownEdge, ProcessInfo } from '@linewatch/runtime';
import { MOMENT } from './memory-system';

const MINUTE = 60_000;
const MIB = 1_048_576;

function known(edge: string, epoch: number, more: Partial<KnownEdge> = {}): KnownEdge {
  const kind = edge.startsWith('sip') ? 'sip' : 'sccp';
  const advertised = { host: '10.1.1.2', port: kind === 'sip' ? 5060 : 2000 };
  return { edge, epoch, kind, advertised, alive: true, since: MOMENT - 90 * MINUTE, ...more };
}

/** One process as it answers. @param more what is not as usual */
export function processInfo(id: string, more: Partial<ProcessInfo> = {}): ProcessInfo {
  return {
    id,
    service: id.replace(/-[^-]+$/, ''),
    host: 'lab',
    pid: 4711,
    since: MOMENT - 91 * MINUTE,
    revision: 7,
    version: '0.1.0',
    node: 'v24.1.0',
    memory: 100 * MIB,
    cpu: { fiveSeconds: 1.5, minute: 0.5 },
    state: 'serving',
    debugging: 0,
    failing: {},
    ...more,
  };
}

/** A small system: one process starts, one drains, one cannot reach Redis, and one edge is lost. */
export function sampleProcesses(): ProcessInfo[] {
  const [sip, second, lost] = [known('sip-edge-1', 12), known('sip-edge-2', 14), known('sccp-edge-1', 13)];
  const { advertised } = sip;
  return [
    processInfo('console-1', { state: 'starting', since: MOMENT - 2_000, memory: 40 * MIB }),
    processInfo('presence-state-1', {
      pid: 815,
      failing: { redis: 'no answer in 400 ms' },
      knownEdges: [sip, second, { ...lost, alive: false, since: MOMENT - 5 * MINUTE }],
    }),
    processInfo('sip-edge-1', {
      pid: 16,
      cpu: { fiveSeconds: 54.2, minute: 61 },
      memory: 312 * MIB,
      edge: { kind: 'sip', epoch: 12, advertised, phones: 9_900, subscriptions: 198_000, legs: 204 },
    }),
    processInfo('sip-edge-2', {
      state: 'draining',
      edge: { kind: 'sip', epoch: 14, advertised, phones: 100, subscriptions: 12, legs: 0 },
    }),
  ];
}
