import { binding, dnd, idleLine, leg, then, unregistered } from './facts.fixture';
import { lineOverview } from './overview';
import { lineOverviewSchema } from './questions';

describe('the overview of a line', () => {
  const line = then(idleLine(), leg('a', 'early'), dnd('ephone:1', true), dnd('ephone:2', false));

  it('tells its lamp, where its phones are, its calls and who is in do-not-disturb', () => {
    const overview = lineOverview(line);
    expect(lineOverviewSchema.parse(overview)).toEqual(overview);
    const { contact, callId, expiresAt, edge, flow } = binding();
    expect(overview).toEqual({
      line: '3001',
      lamp: { state: 'in-use', dnd: true },
      bindings: [
        { device: 'ephone:1', contact, callId, expiresAt, edge, transport: flow.transport, remote: flow.remote },
      ],
      legs: [
        {
          call: 'call of a',
          device: 'ephone:1',
          instance: 'ephone-dn:1',
          state: 'early',
          direction: 'recipient',
          held: false,
          believed: true,
        },
      ],
      dnd: ['ephone:1'],
    });
  });

  it('keeps a call that nobody knows of any more, and says so [law 4]', () => {
    const lost = then(line, {
      type: 'linewatch.line.lease',
      data: { kind: 'edge-lost', edge: 'sip-edge-1', epoch: 1, upTo: line.seq },
    });
    expect(lineOverview(lost).legs).toMatchObject([{ believed: false }]);
  });

  it('has no binding of a phone that is not registered', () => {
    expect(lineOverview(then(line, unregistered('ephone:1'))).bindings).toEqual([]);
  });
});
