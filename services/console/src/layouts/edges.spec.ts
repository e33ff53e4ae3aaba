import { MOMENT } from '../testing/memory-system';
import { processInfo, sampleProcesses } from '../testing/processes';
import { edgeRows, edgesText } from './edges';

describe('show edges', () => {
  it('prints a row an edge: those that answer, those that drain, and those that are lost', () => {
    expect(edgesText(edgeRows(sampleProcesses()))).toBe(
      [
        '',
        '3 edges, 2 alive',
        '',
        'Edge         Kind  Epoch  State     Since (UTC)          Address        Phones  Subscriptions  Legs',
        '===========  ====  =====  ========  ===================  =============  ======  =============  ====',
        'sccp-edge-1  SCCP     13  lost      2026-11-28 05:55:00  10.1.1.2:2000       -              -     -',
        'sip-edge-1   SIP      12  alive     2026-11-28 04:30:00  10.1.1.2:5060    9900         198000   204',
        'sip-edge-2   SIP      14  draining  2026-11-28 04:30:00  10.1.1.2:5060     100             12     0',
        '',
      ].join('\n'),
    );
  });

  it('prints a table without rows where there is no edge', () => {
    expect(edgesText([])).toMatch(/^\n0 edges, 0 alive\n\nEdge  Kind {2}/);
  });

  const edge = { kind: 'sip', epoch: 5, advertised: { host: '10.1.1.2', port: 5060 } } as const;
  const counts = { phones: 1, subscriptions: 2, legs: 3 };
  const watcher = (epoch: number, alive: boolean, id = 'presence-state-1') =>
    processInfo(id, { knownEdges: [{ ...edge, epoch, edge: 'sip-edge-1', alive, since: MOMENT - epoch }] });
  const own = processInfo('sip-edge-1', { since: MOMENT, edge: { ...edge, ...counts } });

  it.each([
    ['answers, though nobody watches edges', [own], { state: 'alive', since: MOMENT, counts }],
    ['answers, and was taken for lost by mistake', [watcher(5, false), own], { state: 'alive', since: MOMENT, counts }],
    ['answers in an epoch that is over', [watcher(6, true), own], { state: 'alive', epoch: 6, since: MOMENT - 6 }],
    [
      'is heard by one of two watchers',
      [watcher(5, false), watcher(5, true, 'presence-state-2')],
      { state: 'alive', since: MOMENT - 5 },
    ],
    [
      'is known in its new epoch by one of two watchers',
      [watcher(6, false), watcher(5, true, 'presence-state-2')],
      { state: 'lost', epoch: 6 },
    ],
  ])('tells of an edge that %s', (_what, processes, row) => {
    expect(edgeRows(processes)).toMatchObject([{ edge: 'sip-edge-1', ...row }]);
  });
});
