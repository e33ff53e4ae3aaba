import { runningProcesses } from '@linewatch/runtime';
import { edgeRows, edgesText } from '../layouts/edges';
import type { ExecCommand } from './exec-command';

/** `show edges`: the edges there are and were, and what each of them has. JSON: `{ edges: EdgeRow[] }`, times as RFC 3339. */
export const showEdges: ExecCommand = {
  pattern: 'show edges',
  help: ['Show running system information', 'Where phones are: each edge, whether it lives, and what it has'],
  level: 'user',
  does: {
    kind: 'show',
    show: async ({ system }) => {
      const edges = edgeRows(await runningProcesses(system.bus));
      return {
        text: edgesText(edges),
        json: { edges: edges.map((edge) => ({ ...edge, since: new Date(edge.since).toISOString() })) },
      };
    },
  },
};
