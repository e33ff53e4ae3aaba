import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory } from '@linewatch/edge';
import { identify, primaryNumberOf, type Phone } from './phone';

const base = [
  'telephony-service', ' keepalive 40', '!',
  'ephone-dn 1 dual-line', ' number 3001', ' name Ada', ' label Ada 3001', '!',
  'ephone-dn 2 octo-line', ' number 3002', '!',
  'ephone-dn 3', ' number 3003', '!',
  'ephone-dn 4', ' description without a number', '!',
]; // prettier-ignore

function identified(lines: readonly string[], register = {}) {
  const { config } = applyCommands(emptyConfig(), [...base, ...lines]);
  return identify({ deviceName: 'SEP020000000001', deviceType: 7, ...register }, new Directory(config).current());
}

function phoneWith(...lines: string[]): Phone {
  const found = identified(['ephone 1', ' mac-address 0200.0000.0001', ...lines]);
  if ('refused' in found) throw new Error(found.refused);
  return found.phone;
}

describe('who registers', () => {
  it.each([
    ['a MAC address that no ephone has', ['ephone 1', ' mac-address 0200.0000.0002'], {}, 'Not configured here'],
    [
      'a name that holds no MAC address',
      ['ephone 1', ' mac-address 0200.0000.0001'],
      { deviceName: 'x' },
      'Not configured here',
    ],
    ['nobody, as the service is off', ['no telephony-service'], {}, 'No telephony-service'],
  ])('%s', (_what, lines, register, refused) => {
    expect(identified(lines, register)).toEqual({ refused });
    expect(refused.length).toBeLessThan(32);
  });

  it('an ephone by its MAC address, with its keepalive, its lines and their channels', () => {
    const phone = phoneWith(' keepalive 20', ' button 1:1 2:3 3:2');
    expect(phone).toMatchObject({ device: 'ephone:1', keepAliveSeconds: 20, numbers: ['3001', '3003', '3002'] });
    expect(phone.lines.map(({ channels }) => channels)).toEqual([2, 1, 8]);
    expect(phone.profile.lines[0]).toEqual({ number: '3001', displayName: 'Ada', label: 'Ada 3001', forward: {} });
    expect(primaryNumberOf(phone)).toBe('3001');
  });

  it('has an overlay button as one line with all its numbers', () => {
    const [line] = phoneWith(' button 1o1,2').lines;
    expect(line?.dns.map(({ number, instance }) => [number, instance])).toEqual([
      ['3001', 'ephone-dn:1'],
      ['3002', 'ephone-dn:2'],
    ]);
    expect(line?.channels).toBe(10);
  });

  it('has a line without a number that takes no calls and registers nothing', () => {
    const phone = phoneWith(' button 1:4 2:1');
    expect(phone.lines.map(({ channels }) => channels)).toEqual([0, 2]);
    expect(phone.numbers).toEqual(['3001']);
    expect(primaryNumberOf(phone)).toBe('3001');
  });

  it('has its keys in their places, blanks between them, and names BLF keys as the phone will', () => {
    const phone = phoneWith(
      ' type 7960', ' button 1:1 3:2', ' speed-dial 1 2101 label "Dial"', ' blf-speed-dial 4 2102 label "Watch"',
      ' blf-speed-dial 5 2103 label "Too" device', ' blf-speed-dial 6 2104 label "No key left"',
    ); // prettier-ignore
    expect(phone.profile.buttons.map(({ type }) => type)).toEqual(['line', 'speedDial', 'line', 'blf', 'blf', 'blf']);
    expect(phone.keys).toEqual([
      { instance: 2, number: '2102', deviceBased: false },
      { instance: 3, number: '2103', deviceBased: true },
      { instance: 4, number: '2104', deviceBased: false },
    ]);
  });

  it('has as many keys as the phone says it is, where no type is configured', () => {
    const many = Array.from({ length: 9 }, (_, at) => ` blf-speed-dial ${at + 1} 21${at}0 label "K${at}"`);
    expect(phoneWith(' button 1:1', ...many).keys).toHaveLength(5);
  });
});
