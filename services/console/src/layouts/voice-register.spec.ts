import { lineDirectory } from '@linewatch/config';
import { lineOverview } from '@linewatch/presence';
import { MOMENT } from '../testing/memory-system';
import { officeConfig, officeLines } from '../testing/phone-office';
import { registrarEntries, registrarText } from './registrar';
import { poolView, poolsText, registerDnView, registerDnsText } from './voice-register';

const config = officeConfig();
const overviews = new Map([...officeLines()].map(([line, fold]) => [line, lineOverview(fold)]));
const pools = Object.values(config.pools);

describe('show voice register pool', () => {
  const views = pools.map((pool) => poolView(config, pool, overviews, MOMENT));

  it('prints the BLF keys between the busy trigger and the fastdials, and where the phone is registered', () => {
    expect(poolsText(views)).toBe(
      [
        '',
        'Pool Tag 1',
        'Config:',
        '  Mac address is 0015.6247.EF90',
        '  Type is 7971',
        '  Number list 1 : DN 1',
        '  Number list 2 : DN 2',
        '  Current Phone load version is Cisco-CP7971G/9.0.1',
        '  DTMF Relay is enabled, rtp-nte, sip-notify',
        '  DnD is disabled',
        '  Busy trigger per button value is 0',
        '  speed-dial blf 1 6779 label 6779_device',
        '  speed-dial blf 2 2001 label sales device',
        '  fastdial 1 1234',
        '  presence call-list is enabled',
        '  username johndoe',
        '  template is 1',
        '  Transport type is tcp',
        '',
        'Statistics:',
        '  Active registrations  : 1',
        '',
        '  2101: <sip:2101@10.1.1.21:5060;transport=tcp>',
        '    tcp 10.1.1.21:50123, expires in 3421 seconds, at sip-edge-1',
        '',
        'Pool Tag 2',
        'Config:',
        '  Ip address is 10.1.1.22, Mask is 255.255.255.255',
        '  Number list 1 : DN 2',
        '  DTMF Relay is disabled',
        '  DnD is enabled',
        '  Busy trigger per button value is 0',
        '  presence call-list is enabled',
        '  Transport type is udp',
        '',
        'Statistics:',
        '  Active registrations  : 0',
        '',
      ].join('\n'),
    );
  });

  it('never tells a password, as JSON neither', () => {
    expect(JSON.stringify(views) + poolsText(views)).not.toContain('cisco"');
  });
});

it('`show voice register dn` prints who carries the number, and what its line shows', () => {
  const facts = { directory: lineDirectory(config), overviews };
  expect(registerDnsText(Object.values(config.dns).map((dn) => registerDnView(dn, facts)))).toBe(
    [
      '',
      'Dn Tag 1',
      'Config:',
      '  Number is 2101',
      '  Name is Sip One',
      '  Allow watch is enabled',
      '  Pool 1 has this DN configured for line 1',
      'Line status is busy, 1 call',
      '',
      'Dn Tag 2',
      'Config:',
      '  Number is 2102',
      '  Allow watch is disabled',
      '  Shared-line is enabled, max-calls 4',
      '  Pool 1 has this DN configured for line 2',
      '  Pool 2 has this DN configured for line 1',
      'Line status is unknown, 0 calls',
      '',
    ].join('\n'),
  );
});

describe('show sip-ua status registrar', () => {
  it('prints three lines a registration', () => {
    expect(registrarText(registrarEntries(config, pools, overviews, MOMENT))).toBe(
      [
        'Line          destination      expires(sec)  contact',
        'transport     call-id',
        '              peer',
        '============================================================',
        '2101          10.1.1.21        3421          10.1.1.21',
        'TCP           00156247-ef90@10.1.1.21',
        '              40001',
        '',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['sip:2101@10.1.1.21', '10.1.1.21'],
    ['<sip:10.1.1.21:5062>', '10.1.1.21'],
    ['<sip:2101@[2001:db8::1]:5060>', '[2001:db8::1]'],
    ['nonsense', 'nonsense'],
  ])('lists the host of the contact %s as %s', (contact, host) => {
    const [line = '', overview] = [...overviews].find(([number]) => number === '2101') ?? [];
    const bindings = (overview?.bindings ?? []).map((binding) => ({ ...binding, contact, expiresAt: 0 }));
    const known = new Map([[line, { ...overview!, bindings }]]);
    expect(registrarEntries(config, pools, known, MOMENT)).toMatchObject([{ contact: host, expires: 0 }]);
  });
});
