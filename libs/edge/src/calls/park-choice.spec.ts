import { applyCommands, emptyConfig, lineDirectory } from '@linewatch/config';
import { emptyLine, evolveLine, type LegFact } from '@linewatch/presence';
import type { LineView } from '../lines';
import type { DirectoryView } from '../directory';
import {
  chooseSlot,
  holderOf,
  isOccupied,
  isParkSlot,
  PARK_DEVICE,
  parkPlanOf,
  slotsOf,
  takesFrom,
} from './park-choice';

function directory(...lines: string[]): DirectoryView {
  const { config } = applyCommands(emptyConfig(), ['telephony-service', ' max-dn 40', ...lines]);
  return { config, lines: lineDirectory(config) } as DirectoryView;
}

const slot = (tag: number, number: string, options = ''): string[] => [
  `ephone-dn ${tag}`,
  ` number ${number}`,
  ` park-slot${options}`,
];

/** A line as states show it, with calls parked in these slots. */
function parked(line: string, ...at: { instance: string; edge?: string }[]): LineView {
  let fold = emptyLine(line);
  at.forEach(({ instance, edge = 'sip-edge-1' }, index) => {
    const data: LegFact = {
      leg: `${instance} ${index}`,
      call: 'call',
      device: PARK_DEVICE,
      instance,
      state: 'confirmed',
      direction: 'recipient',
      held: false,
      peer: { number: '2001' },
      edge,
      epoch: 1,
      seq: index + 1,
      leaseUntil: 1e15,
    };
    fold = evolveLine(fold, { type: 'linewatch.line.call', data, seq: index + 1, time: 1 });
  });
  return { line, version: 1, state: { fold } as LineView['state'] };
}

const nothing = (): undefined => undefined;

describe('the slot that the Park key takes', () => {
  const office = directory(...slot(1, '3101'), ...slot(2, '3102'), ...slot(3, '3103', ' reserved-for 2005'));

  it.each([
    ['the one with the last two digits of the extension', '2002', '3102'],
    ['the first one, where none has them', '2077', '3101'],
    ['the one that is reserved for the extension', '2005', '3103'],
    ['not one that is reserved for another', '2003', '3101'],
  ])('is %s', (_what, by, chosen) => {
    expect(chooseSlot(office, nothing, by)).toBe(chosen);
  });

  it('is a free one', () => {
    const views = new Map([['3102', parked('3102', { instance: 'ephone-dn:2' })]]);
    expect(chooseSlot(office, (number) => views.get(number), '2002')).toBe('3101');
  });

  it('is none for directed park, which is dialled, and none at all when all are taken', () => {
    expect(chooseSlot(directory(...slot(1, '3101', ' directed')), nothing, '2002')).toBeUndefined();
    const taken = (number: string) => parked(number, { instance: 'ephone-dn:1' }, { instance: 'ephone-dn:2' });
    expect(chooseSlot(office, taken, '2002')).toBeUndefined();
  });
});

describe('the slots of a number', () => {
  const office = directory(...slot(1, '3100'), ...slot(2, '3100', ' reserved-for 2005'), 'ephone-dn 3', ' number 2001');

  it('are all dns that carry it, in the order of their tags', () => {
    expect(slotsOf(office, '3100').map(({ instance }) => instance)).toEqual(['ephone-dn:1', 'ephone-dn:2']);
    expect(slotsOf(office, '3100').map((each) => takesFrom(each, '2001'))).toEqual([true, false]);
    expect(slotsOf(office, '2001')).toEqual([]);
    expect([isParkSlot(office.lines.resolve('3100')), isParkSlot(office.lines.resolve('2001'))]).toEqual([true, false]);
  });

  it('are taken one by one; the edge that has the oldest call is asked for it', () => {
    const view = parked('3100', { instance: 'ephone-dn:2', edge: 'sccp-edge-1' }, { instance: 'ephone-dn:1' });
    expect(isOccupied(view, 'ephone-dn:1')).toBe(true);
    expect(isOccupied(parked('3100'), 'ephone-dn:1')).toBe(false);
    expect(holderOf(view)).toBe('sccp-edge-1');
    expect(holderOf(undefined)).toBeUndefined();
  });
});

describe('a call that nobody fetches', () => {
  it.each([
    ['waits', '', {}],
    ['ends after the reminders', ' timeout 60 limit 2', { returnAfterMs: 120_000 }],
    ['goes back to who parked it', ' timeout 60 limit 2 recall', { returnAfterMs: 120_000, returnTo: ['2001'] }],
    [
      'is transferred, else to another extension, more than once',
      ' timeout 10 limit 1 transfer 2003 alternate 2004 retry 3 limit 4',
      { returnAfterMs: 10_000, returnTo: ['2003', '2004'], retry: { ms: 3_000, times: 4 } },
    ],
  ])('%s', (_what, options, plan) => {
    const [only] = slotsOf(directory(...slot(1, '3101', options)), '3101');
    expect(only && parkPlanOf(only.slot, '2001')).toEqual({ returnTo: [], ...plan });
  });
});
