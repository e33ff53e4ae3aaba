import { type Config, lineDirectory } from '@linewatch/config';
import { type LineFold, type LineOverview, evolveLine, lineOverview } from '@linewatch/presence';
import { MOMENT } from '../testing/memory-system';
import { officeConfig, officeLines } from '../testing/phone-office';
import { type EphoneView, ephoneSummaryText, ephoneView, ephonesText } from './ephone';

const config = officeConfig();

function viewsOf(lines: ReadonlyMap<string, LineFold>, of: Config = config): EphoneView[] {
  const overviews = new Map([...lines].map(([line, fold]): [string, LineOverview] => [line, lineOverview(fold)]));
  const facts = { config: of, directory: lineDirectory(of), overviews };
  return Object.values(of.ephones).map((phone, index) => ephoneView(phone, index, facts));
}

it('`show ephone` prints a block a phone: registration, hook, do-not-disturb, and the channels of each dn', () => {
  expect(ephonesText(viewsOf(officeLines()))).toBe(
    [
      '',
      'ephone-1[0] Mac:0012.7F57.62A5 activeLine:1 REGISTERED at sccp-edge-1',
      'mediaActive:1 offhook:1 ringing:0',
      'IP:10.1.1.31 49640 7960  max_line 6',
      'button 1: dn 1  number 2001 CH1 HOLD      CH2 CONNECTED shared',
      'button 2: dn 2  number 2002 CH1 RINGING   shared',
      '',
      'ephone-2[1] Mac:0012.7F57.62A6 activeLine:0 REGISTERED at sccp-edge-1',
      'mediaActive:0 offhook:0 ringing:1',
      'IP:10.1.1.32 49640 Unknown DnD',
      'button 1: dn 2  number 2002 CH1 RINGING   shared',
      'button 2: dn 1  number 2001 CH1 HOLD      CH2 CONNECTED overlay shared',
      'button 2: dn 3  number 2003 CH1 DOWN      CH2 DOWN      CH3 DOWN      CH4 DOWN      CH5 DOWN      CH6 DOWN      CH7 DOWN      CH8 DOWN      overlay shared',
      '',
      'ephone-7[2] Mac:0012.7F57.62A7 activeLine:0 UNREGISTERED',
      'mediaActive:0 offhook:0 ringing:0',
      'IP:0.0.0.0 0 7912  max_line 1',
      'button 1: dn 3  number 2003 CH1 DOWN      CH2 DOWN      CH3 DOWN      CH4 DOWN      CH5 DOWN      CH6 DOWN      CH7 DOWN      CH8 DOWN      shared',
      '',
    ].join('\n'),
  );
});

it('`show ephone summary` prints the same without the lines, and how many there are', () => {
  expect(ephoneSummaryText(viewsOf(officeLines()).slice(0, 1), 20)).toBe(
    [
      '',
      'ephone-1[0] Mac:0012.7F57.62A5 activeLine:1 REGISTERED at sccp-edge-1',
      'mediaActive:1 offhook:1 ringing:0',
      'IP:10.1.1.31 49640 7960 1:1 2:2 4m3',
      '',
      'Max 20, Registered 1, Unregistered 0',
      '',
    ].join('\n'),
  );
  expect(ephoneSummaryText([], 0)).toBe('\nMax 0, Registered 0, Unregistered 0\n');
});

describe('the channels of a dn', () => {
  const leg = (call: string, more: Partial<LineOverview['legs'][number]>): LineOverview['legs'][number] => ({
    call,
    device: 'ephone:1',
    instance: 'ephone-dn:1',
    state: 'early',
    direction: 'recipient',
    held: false,
    believed: true,
    ...more,
  });
  const channelsOf = (...legs: LineOverview['legs']): readonly string[] => {
    const [overview] = [...officeLines()].flatMap(([line, fold]) => (line === '2001' ? lineOverview(fold) : []));
    const facts = { config, directory: lineDirectory(config), overviews: new Map([['2001', { ...overview!, legs }]]) };
    return ephoneView(config.ephones[1]!, 0, facts).lines[0]!.channels;
  };

  it.each([
    ['is idle', [], ['IDLE', 'IDLE']],
    ['has dialled', [leg('x', { state: 'trying', direction: 'initiator' })], ['SEIZE', 'IDLE']],
    ['hears the other side ring', [leg('x', { direction: 'initiator' })], ['ALERTING', 'IDLE']],
    ['is about to ring', [leg('x', { state: 'trying' })], ['RINGING', 'IDLE']],
    ['rings at two phones, which is one call', [leg('x', {}), leg('x', { device: 'ephone:2' })], ['RINGING', 'IDLE']],
    ['was answered at one of two', [leg('x', {}), leg('x', { state: 'confirmed' })], ['CONNECTED', 'IDLE']],
    ['may be in a call whose edge is lost', [leg('x', { believed: false })], ['UNKNOWN', 'IDLE']],
    ['takes a third call', [leg('x', {}), leg('y', {}), leg('z', {})], ['RINGING', 'RINGING', 'RINGING']],
    ['is another dn of the number', [leg('x', { instance: 'ephone-dn:9' })], ['IDLE', 'IDLE']],
  ] as [string, LineOverview['legs'], string[]][])('say so when it %s', (_what, legs, channels) => {
    expect(channelsOf(...legs)).toEqual(channels);
  });
});

it('a phone whose line was never heard of is not registered', () => {
  expect(viewsOf(new Map()).every(({ registered }) => !registered)).toBe(true);
});

it('a phone that is not registered is in no do-not-disturb', () => {
  const lines = officeLines();
  for (const [line, fold] of lines) {
    const data = { device: 'ephone:2', cause: 'unregistered', bindings: [] } as const;
    const fact = { type: 'linewatch.line.registration', data, seq: 100, time: MOMENT } as const;
    lines.set(line, evolveLine(fold, { ...fact, data: { ...data, bindings: [] } }));
  }
  expect(viewsOf(lines)[1]).toMatchObject({ registered: false, dnd: false });
});
