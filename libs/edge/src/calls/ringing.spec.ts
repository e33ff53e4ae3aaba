import { emptyLine, lineStateOf, type Leg } from '@linewatch/presence';
import { ringingAt } from './ringing';

const leg = (factSeq: number, changes: Partial<Leg> = {}): Leg => ({
  call: `call${factSeq}`,
  device: 'ephone:1',
  instance: 'ephone-dn:1',
  state: 'early',
  direction: 'recipient',
  held: false,
  peer: { number: '3009' },
  restore: { role: 'callee', party: { number: '3001' }, controller: 'edge-9' },
  edge: 'edge-1',
  epoch: 1,
  seq: 1,
  factSeq,
  leaseUntil: 1e6,
  ...changes,
});

const view = (legs: Record<string, Leg>) => ({
  state: lineStateOf({ ...emptyLine('3001'), legs }, 'cause', undefined),
});

describe('the call that rings at a line', () => {
  it('is the one that rings longest, with its controller', () => {
    expect(ringingAt(view({ late: leg(8), first: leg(5) }), 'ephone:2')).toEqual({
      call: 'call5',
      leg: 'first',
      controller: 'edge-9',
    });
  });

  it.each<[string, Partial<Leg>]>([
    ['was answered', { state: 'confirmed' }],
    ['goes out', { direction: 'initiator' }],
    ['rings at the phone that asks', { device: 'ephone:2' }],
    ['nobody knows the controller of', { restore: undefined }],
  ])('is none that %s', (_what, changes) => {
    expect(ringingAt(view({ only: leg(5, changes) }), 'ephone:2')).toBeUndefined();
  });

  it('is none of a lost edge, and none of a line of which nothing is known', () => {
    const lost = { epoch: 1, upTo: 9 };
    const fold = {
      ...emptyLine('3001'),
      legs: { only: leg(5) },
      lapsed: { legs: {}, devices: {}, edges: { 'edge-1': lost } },
    };
    expect(ringingAt({ state: lineStateOf(fold, 'cause', undefined) }, 'ephone:2')).toBeUndefined();
    expect(ringingAt(undefined, 'ephone:2')).toBeUndefined();
  });
});
