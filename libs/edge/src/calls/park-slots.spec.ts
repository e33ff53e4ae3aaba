import type { LegCommand, LegEvent } from '@linewatch/call';
import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory } from '../directory';
import { ManualClock } from '../testing/manual-clock';
import { newLeg, type LegOffer, type LegOrder } from './edge-leg';
import { PARK_DEVICE } from './park-choice';
import { ParkSlots, type SlotLeg } from './park-slots';

const CONFIG = applyCommands(emptyConfig(), [
  'telephony-service', ' max-dn 9',
  'ephone-dn 1', ' number 3100', ' park-slot timeout 30 limit 2 recall',
  'ephone-dn 2', ' number 3100', ' park-slot',
  'ephone-dn 3', ' number 3200', ' park-slot reserved-for 2005',
]).config; // prettier-ignore

/** The slots of one edge, whose legs write down what becomes of them. */
function setUp() {
  const clock = new ManualClock();
  const told: string[] = [];
  const legs = new Map<string, SlotLeg>();
  const wordOf = (event: LegEvent): string => [event.type, 'status' in event ? event.status : ''].join(' ').trim();
  const slots = new ParkSlots({
    legs: {
      add: (leg) => void legs.set(leg.id, leg),
      refuse: ({ leg }, status) => told.push(`${leg} refused ${status}`),
      commanded: () => undefined,
      said: (leg, event) => told.push(`${leg.id} ${wordOf(event)}`),
      hide: (leg, cause) => told.push(`${leg.id} hidden: ${cause}`),
      end: (leg) => told.push(`${leg.id} over`),
    },
    directory: new Directory(CONFIG),
    lines: { get: () => undefined },
    wheel: clock.wheel,
    turns: { take: (turn) => turn() },
  });
  const order = (leg: string, command: LegCommand): LegOrder => ({
    call: 'call',
    leg,
    controller: 'sip-edge-1',
    command,
  });
  const offer = (leg: string, line: string, by?: string): string[] => {
    const asked: LegOffer = {
      type: 'offer',
      target: { kind: 'park-slot', line },
      caller: { number: '2102' },
      called: line,
      ...(by !== undefined && { referredBy: { number: by } }),
    };
    slots.offer(order(leg, asked), asked);
    return told.splice(0);
  };
  const command = (leg: string, given: LegCommand): string[] => {
    const known = legs.get(leg);
    if (known) slots.command(known, order(leg, given));
    return told.splice(0);
  };
  return { clock, slots, legs, told, offer, command };
}

describe('the park slots of an edge', () => {
  it('take a call that is transferred to a free slot, one a slot, on the line and the dn of the slot', () => {
    const { legs, offer } = setUp();
    expect(offer('one', '3100', '2001')).toEqual(['one answered']);
    expect(offer('two', '3100', '2001')).toEqual(['two answered']);
    expect(offer('three', '3100', '2001')).toEqual(['three refused 486']);
    expect([...legs.values()].map(({ owner }) => owner)).toEqual([
      { line: '3100', device: PARK_DEVICE, instance: 'ephone-dn:1' },
      { line: '3100', device: PARK_DEVICE, instance: 'ephone-dn:2' },
    ]);
  });

  it('refuse a call that may not be parked there, and a number that is no slot', () => {
    const { offer } = setUp();
    expect(offer('one', '3200', '2001')).toEqual(['one refused 403']);
    expect(offer('two', '3200', '2005')).toEqual(['two answered']);
    expect(offer('three', '2001', '2001')).toEqual(['three refused 403']);
  });

  it('give the call that waits longest to who calls the number, and nothing when none waits', () => {
    const { offer, command } = setUp();
    expect(offer('nobody', '3100')).toEqual(['nobody refused 480']);
    offer('one', '3100', '2001');
    offer('two', '3100', '2001');
    expect(offer('taker', '3100')).toEqual(['one modify']);
    const session = { contentType: 'application/sdp', body: 'v=0' } as const;
    expect(command('one', { type: 'modified', exchange: 'one.slot.1', session })).toEqual([
      'one hidden: fetched',
      'taker answered',
    ]);
    // Its slot is free again, though both still talk through it.
    expect(offer('third', '3100', '2001')).toEqual(['third answered']);
    expect(command('taker', { type: 'release', cause: 'normal' })).toEqual([
      'one released',
      'one over',
      'taker released',
      'taker over',
    ]);
    expect(offer('next', '3100')).toEqual(['two modify']);
  });

  it('send a call that nobody fetches back to who parked it', async () => {
    const { clock, told, offer } = setUp();
    offer('one', '3100', '2001');
    await clock.pass(59_000, 1_000);
    expect(told).toEqual([]);
    await clock.pass(2_000, 1_000);
    expect(told).toEqual(['one refer']);
  });

  it('keep a call over a restart: what its fact says is enough to go on', () => {
    const before = setUp();
    before.offer('one', '3100', '2001');
    const leg = before.legs.get('one');
    if (!leg) throw new Error('no leg');
    const kept = JSON.parse(JSON.stringify(before.slots.factOf(leg).restore)) as unknown;
    const { slots, offer, command, legs } = setUp();
    const { id, call, role, owner, party, controller, facing } = leg;
    const found = newLeg({ id, call, role, owner, party, controller, facing });
    expect(slots.restore(found, kept)).toBe(true);
    expect(legs.get('one')?.owner?.instance).toBe('ephone-dn:1');
    expect(command('one', { type: 'probe' })).toEqual(['one alive']);
    expect(offer('taker', '3100')).toEqual(['one modify']);
    expect(slots.restore(found, { made: 'a lot' })).toBe(false);
  });
});
