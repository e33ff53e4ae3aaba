import { clearPassword, formatMac, lineDirectory, normaliseMac, parseConfig, poolDirectory } from './index';

const { config } = parseConfig(`
voice register dn 1
 number 2101
 allow watch
voice register dn 2
 number 2102
 no allow watch
voice register dn 3
 number 2101
 shared-line
voice register dn 4
 number 21..
 allow watch
voice register dn 5
 number 2.01
voice register dn 6
 allow watch
voice register dn 7
 number 22.
voice register pool 1
 id mac 0015.6247.EF90
 number 1 dn 1
 number 2 dn 3
 number 3 dn 3
voice register pool 2
 id ip 192.0.2.17
 number 1 dn 3
 number 2 dn 99
voice register pool 10
 id network 192.0.2.0 mask 255.255.255.0
 number 1 dn 4
voice register pool 11
 id network 127.0.0.9 mask 255.0.0.0
voice register pool 12
 id network 192.0.0.0 mask 255.255.0.0
voice register pool 13
 id mac 0015.6247.EF90
voice register pool 14
 id network 0.0.0.0 mask 0.0.0.0
`);
const lines = lineDirectory(config);
const pools = poolDirectory(config);
const tags = (list: { tag: number }[]) => list.map((pool) => pool.tag);

test('all DNs with the same number are one line, each with the phones that carry it [P-4]', () => {
  expect(lines.resolve('2101')).toEqual({
    number: '2101',
    instances: [
      {
        id: 'voice-register-dn:1',
        kind: 'phone',
        watchable: true,
        devices: ['pool:1'],
        appearances: [{ device: 'pool:1', kind: 'sip', button: 1, primary: true, autoLine: false }],
        sharedLine: false,
      },
      {
        id: 'voice-register-dn:3',
        kind: 'phone',
        watchable: false,
        devices: ['pool:1', 'pool:2'],
        appearances: [
          { device: 'pool:1', kind: 'sip', button: 2, primary: false, autoLine: false },
          { device: 'pool:2', kind: 'sip', button: 1, primary: true, autoLine: false },
        ],
        sharedLine: true,
      },
    ],
  });
});

test('a DN on no phone has no devices, and `no allow watch` is not watchable', () => {
  expect(lines.resolve('2102')?.instances).toMatchObject([
    { id: 'voice-register-dn:2', watchable: false, devices: [], appearances: [] },
  ]);
});

test.each([
  ['2101', '2101'],
  ['2201', '2.01'],
  ['2199', '21..'],
  ['229', '22.'],
  ['21..', '21..'],
])('%s resolves to %s: exact first, then the pattern with the fewest wildcards', (number, entry) => {
  expect(lines.resolve(number)?.number).toBe(entry);
});

test.each(['3000', '210', '21011', '', '21*1', '22#'])('%p resolves to nothing: a dot is one digit', (number) => {
  expect(lines.resolve(number)).toBeUndefined();
});

test('the directory lists every number once', () => {
  expect([...lines.numbers()]).toEqual(['2101', '2102', '21..', '2.01', '22.']);
});

test('a phone is found by its MAC in any notation, the lowest tag first', () => {
  for (const mac of ['0015.6247.EF90', '00:15:62:47:ef:90', '00-15-62-47-EF-90', 'SEP00156247EF90', '00156247ef90']) {
    expect(pools.byMac(mac)?.tag).toBe(1);
  }
  expect(pools.byMac('0015.6247.EF91')).toBeUndefined();
  expect(pools.byMac('nonsense')).toBeUndefined();
});

test('a phone is found by its address, and by its networks from the longest mask on', () => {
  expect(tags(pools.byIp('192.0.2.17'))).toEqual([2]);
  expect(tags(pools.byIp('192.0.2.18'))).toEqual([]);
  expect(tags(pools.byNetwork('192.0.2.17'))).toEqual([10, 12, 14]);
  expect(tags(pools.byNetwork('127.0.0.1'))).toEqual([11, 14]);
  expect(tags(pools.byNetwork('fe80::1'))).toEqual([]);
});

test('phones are found by the numbers they carry, and by their id', () => {
  expect(tags(pools.byNumber('2101'))).toEqual([1, 2]);
  expect(tags(pools.byNumber('2199'))).toEqual([10]);
  expect(tags(pools.byNumber('2102'))).toEqual([]);
  expect(pools.byId('pool:2')?.tag).toBe(2);
  expect(pools.byId('ephone:2')).toBeUndefined();
});

test('a MAC address is printed as Cisco does', () => {
  expect(formatMac(normaliseMac('00:15:62:47:ef:90') ?? '')).toBe('0015.6247.EF90');
});

test('passwords of type 0 are clear, of type 7 can be read, of type 6 cannot', () => {
  expect(clearPassword({ text: 'a' })).toBe('a');
  expect(clearPassword({ type: '0', text: 'a' })).toBe('a');
  expect(clearPassword({ type: '7', text: '0822455D0A16' })).toBe('cisco');
  expect(clearPassword({ type: '7', text: 'not hex' })).toBeUndefined();
  expect(clearPassword({ type: '6', text: 'a' })).toBeUndefined();
});
