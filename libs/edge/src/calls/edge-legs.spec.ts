import type { LegEvent } from '@linewatch/call';
import { ManualClock } from '../testing/manual-clock';
import { offeredLeg, type EdgeLeg, type LegOffer, type LegOrder, type PhoneTarget } from './edge-leg';
import { EdgeLegs } from './edge-legs';
import { Turns } from './turns';

const binding = { contact: 'x', edge: 'edge-1' } as unknown as PhoneTarget['binding'];
const target: PhoneTarget = { kind: 'phone', line: '2102', device: 'ephone:2', instance: 'ephone-dn:2', binding };
const offer: LegOffer = { type: 'offer', target, caller: { number: '2101' }, called: '2102' };

/** An edge whose phones do nothing by themselves; `told` is what its lines and controllers heard. */
function setUp(maxLegs = 10) {
  const clock = new ManualClock();
  const told: string[] = [];
  const offered: LegOrder[] = [];
  const onEvent = ({ id, controller }: Pick<EdgeLeg, 'id' | 'controller'>, event: LegEvent) =>
    told.push(`to ${controller}: ${id} ${event.type}`);
  const changed = ({ id, standing, facing }: EdgeLeg, _before: unknown, options: { cause?: string } = {}) =>
    told.push(`${id} ${standing.state} with ${facing.number}${options.cause === undefined ? '' : ` ${options.cause}`}`);
  const noSlots = () => ({ offer: fail, command: fail, restore: () => false, factOf: () => ({ restore: undefined }) });
  const turns = new Turns((error) => {
    throw error;
  });
  const parts = {
    edge: { id: 'edge-1', epoch: 1 },
    clock,
    wheel: clock.wheel,
    turns,
    publisher: { changed, hidden: () => undefined },
    maxLegs,
    onEvent,
  };
  const legs = new EdgeLegs(
    parts,
    (shell) => ({
      offer: (order: LegOrder, asked: LegOffer) => {
        offered.push(order);
        if (asked.target.kind === 'phone') shell.add(offeredLeg(order, asked, asked.target));
        else shell.refuse(order, 503);
      },
      command: (leg: EdgeLeg, order: LegOrder) => shell.commanded(leg, order),
      restore: () => false,
      factOf: () => ({ restore: undefined }),
    }),
    noSlots,
  );
  const order = (leg: string, command: LegOrder['command'] = offer, rest: Partial<LegOrder> = {}) =>
    legs.order({ call: 'call', leg, controller: 'edge-2', command, ...rest });
  return { clock, legs, order, offered, told };
}

function fail(): never {
  throw new Error('no slot is in play');
}

/** An order to such a leg made it. */
function called(legs: EdgeLegs, id: string): EdgeLeg {
  const leg = legs.get(id);
  if (!leg) throw new Error(`no leg ${id}`);
  return leg;
}

describe('the legs of an edge', () => {
  it('are made by an offer, once, and not again soon after their end', async () => {
    const { clock, legs, order, offered } = setUp();
    expect([order('a'), order('a')]).toEqual([true, true]);
    expect(offered).toHaveLength(1);
    legs.end(called(legs, 'a'));
    await clock.pass(60_000);
    expect(order('a')).toBe(true);
    expect(offered).toHaveLength(1);
    expect(legs.size).toBe(0);
  });

  it('that are not there take no other command', () => {
    const { order } = setUp();
    expect(order('a', { type: 'probe' })).toBe(false);
  });

  it.each([
    ['there are too many', 1, offer],
    ['it goes to no phone', 2, { ...offer, target: { kind: 'dial-peer', tag: 1, number: '9' } } satisfies LegOffer],
  ])('are refused when %s [design law 8]', (_why, most, second) => {
    const { legs, order, told } = setUp(most);
    order('a');
    told.length = 0;
    expect(order('b', second)).toBe(true);
    expect(told).toEqual(['to edge-2: b refused']);
    expect(legs.get('b')).toBeUndefined();
  });

  it('tell their line each change, and their controller each event', () => {
    const { legs, order, told } = setUp();
    order('a');
    legs.said(called(legs, 'a'), { type: 'progress', status: 180 });
    order('a', { type: 'release', cause: 'no-answer' });
    expect(told).toEqual([
      'a offered with 2101',
      'a early with 2101',
      'to edge-2: a progress',
      'a terminated with 2101 no-answer',
    ]);
  });

  it('obey whoever commanded them last, and face the peer that a command names', () => {
    const { legs, order } = setUp();
    order('a');
    const peer = { leg: 'c', edge: 'edge-3', party: { number: '2103', display: 'Carol' } };
    order('a', { type: 'probe' }, { controller: 'edge-3', peer });
    expect(called(legs, 'a')).toMatchObject({ controller: 'edge-3', facing: peer.party });
    expect(legs.controlledBy('edge-3')).toHaveLength(1);
    expect(legs.controlledBy('edge-2')).toEqual([]);
    order('a', { type: 'probe' }, { peer: { ...peer, leg: 'd', party: { number: '20..' } } });
    expect(called(legs, 'a').facing).toEqual(peer.party);
  });

  it('that are handed over belong to another call, tell their line the new peer and their new controller that they came', () => {
    const { legs, order, told } = setUp();
    order('a');
    legs.said(called(legs, 'a'), { type: 'progress', status: 180 });
    told.length = 0;
    const peer = { leg: 'c', edge: 'edge-3', party: { number: '2103', display: 'Carol' } };
    order('a', { type: 'handOver', taker: { edge: 'edge-9', call: 'other', exchange: 'x' }, peer });
    expect(told).toEqual(['a early with 2103', 'to edge-9: a joined']);
    expect(called(legs, 'a')).toMatchObject({
      call: 'other',
      controller: 'edge-9',
      peer,
      commanded: { epoch: 0, seq: 0 },
    });
  });

  it('tell their line who the other side is as soon as it is known', () => {
    const { legs, order, told } = setUp();
    order('a');
    told.length = 0;
    legs.faces(called(legs, 'a'), { number: '2105' });
    expect(told).toEqual(['a offered with 2105']);
  });

  it('that ended are not counted, and their lease is not renewed', () => {
    const { clock, legs, order } = setUp();
    order('a');
    const leg = called(legs, 'a');
    const renewed = jest.fn();
    leg.lease = clock.wheel.set(100, renewed);
    legs.end(leg);
    legs.end(leg);
    return clock.pass(1_000).then(() => expect(renewed).not.toHaveBeenCalled());
  });
});
