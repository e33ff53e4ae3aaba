import { applyCommands, diffConfig, emptyConfig, formatNotUsed, parseConfig, renderConfig } from './index';

const BANNER = ['banner motd ^C', '  hostname is not set here', '', '!', ' presence', 'Bye ^C'];
const CERTIFICATE = [
  'crypto pki certificate chain T',
  ' certificate self-signed 01',
  '  3082023A 308201A3 ',
  '  FFFFFFFF FFFFFFFF ',
  '  FFFFFFFF FFFFFFFF ',
  '  \tquit',
];
const FAMILIES = [
  'router bgp 65000',
  ' address-family ipv4 vrf A',
  '  network 10.0.0.0',
  ' exit-address-family',
  ' address-family ipv4 vrf B',
  ' exit-address-family',
];

describe('a pasted text', () => {
  test.each([
    ['a banner, whatever stands in it', BANNER, [{ text: 'banner motd ^C', block: BANNER.slice(1) }]],
    [
      'a banner with a delimiter of its own',
      ['banner login #', 'end', '#'],
      [{ text: 'banner login #', block: ['end', '#'] }],
    ],
    ['a banner of one line', ['banner exec $Hi$'], [{ text: 'banner exec $Hi$' }]],
    [
      'a certificate, its blanks and equal lines included',
      CERTIFICATE,
      [{ text: CERTIFICATE[0], lines: [{ text: 'certificate self-signed 01', block: CERTIFICATE.slice(2) }] }],
    ],
    [
      'equal lines that each close a block of their own',
      FAMILIES,
      [
        {
          text: 'router bgp 65000',
          lines: [
            { text: 'address-family ipv4 vrf A', lines: [{ text: 'network 10.0.0.0' }], ends: ['exit-address-family'] },
            { text: 'address-family ipv4 vrf B', ends: ['exit-address-family'] },
          ],
        },
      ],
    ],
    ['boot markers', ['boot-start-marker', 'boot system flash:x.bin', 'boot-end-marker'], undefined],
  ])('keeps %s', (_, lines, kept) => {
    const { config, errors } = parseConfig(lines.join('\n'));
    expect(errors).toEqual([]);
    expect(config).toEqual({ ...emptyConfig(), unknown: kept ?? lines.map((text) => ({ text })) });
    expect(renderConfig(config)).toContain(`!\n${lines.join('\n')}\n!\n`);
    expect(parseConfig(renderConfig(config)).config).toEqual(config);
  });

  test.each([
    ['a banner that does not end', ['banner motd #', 'hostname inside'], { hostname: 'inside' }],
    ['a certificate that is none', ['certificate 01', 'hostname inside', 'quit'], { hostname: 'inside' }],
  ])('%s is read line by line', (_, lines, part) => {
    expect(parseConfig(lines.join('\n')).config).toMatchObject(part);
  });

  test('given again, it changes nothing', () => {
    const lines = [...BANNER, ...CERTIFICATE, ...FAMILIES];
    const { config } = applyCommands(emptyConfig(), lines, { keepUnknown: true });
    expect(applyCommands(config, lines, { keepUnknown: true }).config).toEqual(config);
  });

  test('what a terminal shows around it is no part of it', () => {
    const session = [
      'CME#terminal length 0',
      'CME#sh run',
      'Building configuration...',
      '',
      'Current configuration : 42 bytes',
      '!',
      '! Last configuration change at 10:00:00 UTC Mon Mar 4 2013',
      'hostname x',
      ' --More-- \b\b\b\b\b\b\b\b\b         \b\b\b\b\b\b\b\b\bpresence',
      ' watcher all',
      'end',
      '',
      'CME#',
    ];
    const { config, errors, unknown } = parseConfig(session.join('\r\n'));
    expect({ errors, unknown }).toEqual({ errors: [], unknown: [] });
    expect(config).toMatchObject({ hostname: 'x', presence: { enabled: true, watcherAll: true } });
    expect(applyCommands(emptyConfig(), session, { keepUnknown: true }).config).toEqual(config);
  });

  test('global commands that linewatch does not know are printed where a router prints them', () => {
    const lines = ['ntp server 1.1.1.1', 'service pad', 'interface Gi0/0', 'presence', '!', 'unheard of', 'hostname x'];
    const rows = renderConfig(parseConfig(lines.join('\n')).config).split('\n');
    expect(rows.filter((row) => row !== '!' && row !== '')).toEqual([
      'service pad',
      'hostname x',
      'interface Gi0/0',
      'presence',
      'ntp server 1.1.1.1',
      'unheard of',
      'end',
    ]);
  });

  test('is reported with the numbers of the lines that are not used, below the modes they stand in', () => {
    const text = ['voice service voip', ' h323', ' sip', '  bind all', 'interface Gi0/0', ' shutdown', ...BANNER];
    expect(formatNotUsed(parseConfig(text.join('\n')).unknown)).toBe(
      [
        '      voice service voip',
        '   2   h323',
        '       sip',
        '   4    bind all',
        '   5  interface Gi0/0',
        '   6   shutdown',
        '   7  banner motd ^C',
        '',
      ].join('\n'),
    );
    expect(formatNotUsed([])).toBe('');
  });

  test('typed in a shell, what linewatch does not know is refused', () => {
    const { results, config } = applyCommands(emptyConfig(), ['interface Gi0/0', 'banner motd #', 'hi', '#']);
    expect(results.map((result) => (result.ok ? 'ok' : result.refusal))).toEqual(Array(4).fill('invalid'));
    expect(config).toEqual(emptyConfig());
  });
});

describe('diff', () => {
  const changes: Record<string, { from: string[]; to: string[]; diff: string[] }> = {
    'one line less among those of a mode that linewatch does not know': {
      from: ['interface Gi0/0', ' a', ' b', ' c'],
      to: ['interface Gi0/0', ' a', ' c'],
      diff: ['interface Gi0/0', ' no b'],
    },
    'global lines of one kind, apart from those of others': {
      from: ['ip route 1', 'ip route 2', 'line con 0', 'ntp server 1'],
      to: ['ip route 2', 'ip route 3', 'line con 0', 'ntp server 1'],
      diff: ['no ip route 1', 'ip route 3'],
    },
    'another banner': {
      from: ['banner motd #', 'a', '#'],
      to: ['banner motd #', 'b', '#'],
      diff: ['banner motd #', 'b', '#'],
    },
    'a mode that is closed by a line of its own': {
      from: ['router bgp 1', ' address-family ipv4', '  a'],
      to: ['router bgp 1', ' address-family ipv4', '  a', '  b', ' exit-address-family'],
      diff: ['router bgp 1', ' address-family ipv4', '  b', ' exit-address-family'],
    },
    'a `no` that is kept, in a mode of linewatch': {
      from: ['telephony-service', ' no moh a', ' privacy'],
      to: ['telephony-service', ' privacy'],
      diff: ['telephony-service', ' moh a', ' no moh a'],
    },
  };

  test.each(Object.entries(changes))('gives the shortest commands for %s', (_, { from, to, diff }) => {
    const [a, b] = [parseConfig(from.join('\n')).config, parseConfig(to.join('\n')).config];
    expect(diffConfig(a, b)).toEqual(diff);
    expect(applyCommands(a, diff, { keepUnknown: true }).config).toEqual(b);
  });
});
