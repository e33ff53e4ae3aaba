import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  applyCommands,
  deviceNameOf,
  diffConfig,
  emptyConfig,
  ephoneDirectory,
  formatNotUsed,
  lineDirectory,
  parseConfig,
  renderConfig,
} from './index';

const EXAMPLES = ['cme-6.1', 'cme-6.2', 'cme-6.3', 'cme-6.4', 'cme-6.5'];
/** Whole configurations in the style of published ones, each of another shape, as `show running-config` prints them. */
const ROUTERS = ['cme-small-office', 'cme-sip-phones', 'cme-mixed-templates', 'cme-trunks', 'cme-large-site', 'office'];

function file(name: string): string {
  return join(__dirname, 'testdata', name);
}

function sample(name: string): string {
  return readFileSync(file(`${name}.cfg`), 'utf8');
}

/** The rows of a text that say something, with their indentation: what must not get lost. */
function rowsOf(text: string): string[] {
  const rows = text.split('\n').map((row) => row.trimEnd().replace(/(?<=\S)[ \t]+/g, ' '));
  return rows.filter((row) => row !== '' && !/^( *!|end$|Building |Current |CME-\w+#)/.test(row)).sort();
}

describe.each([...EXAMPLES, ...ROUTERS])('the configuration %s, pasted whole', (name) => {
  const text = sample(name);
  const { config, errors, unknown } = parseConfig(text);

  it('has no errors', () => {
    expect(errors).toEqual([]);
  });

  it('is printed back with nothing lost, nothing added, and the same indentation', () => {
    expect(rowsOf(renderConfig(config))).toEqual(rowsOf(text));
  });

  it('is the same when its running-config is read again', () => {
    const again = parseConfig(renderConfig(config));
    expect({ ...again, unknown: again.unknown.length }).toEqual({ config, errors: [], unknown: unknown.length });
    expect(renderConfig(again.config)).toBe(renderConfig(config));
  });

  it('can be imported as one diff, and is then no change any more', () => {
    const lines = diffConfig(emptyConfig(), config);
    const imported = applyCommands(emptyConfig(), lines, { keepUnknown: true });
    expect(imported.config).toEqual(config);
    expect(applyCommands(config, text.split('\n'), { keepUnknown: true }).config).toEqual(config);
    expect(diffConfig(config, parseConfig(text).config)).toEqual([]);
  });

  it('can be taken back by one diff', () => {
    const lines = diffConfig(config, emptyConfig());
    expect(applyCommands(config, lines, { keepUnknown: true }).config).toEqual(emptyConfig());
  });

  // To write the reports anew: UPDATE_REFOUT=1, then read the difference.
  it('has the report of lines that are not used in its .unused', () => {
    const report = formatNotUsed(unknown);
    const reference = file(`${name}.unused`);
    if (process.env['UPDATE_REFOUT'] === '1') writeFileSync(reference, report);
    expect(existsSync(reference)).toBe(true);
    expect(report).toBe(readFileSync(reference, 'utf8'));
  });
});

test('[T-23] the SIP part of example 6.3 is understood', () => {
  const { config } = parseConfig(sample('cme-6.3'));
  expect(config).toMatchObject({
    hostname: 'CME-3825',
    version: '12.4',
    voiceServiceVoip: { allowConnections: ['sip to sip'], unknown: [{ text: 'h323' }] },
    registrar: { enabled: true, maxExpires: 240, minExpires: 60 },
    voiceRegisterGlobal: {
      mode: 'cme',
      sourceAddress: { host: '11.1.1.2', port: 5060 },
      authenticate: { presence: true, credentials: { 1: 'tftp://172.18.207.15/labtest/cred1.csv' } },
    },
    dns: { 1: { number: '2101', allowWatch: true }, 2: { number: '2102', allowWatch: true } },
    pools: {
      1: {
        idMac: '00156247ef90',
        type: '7971',
        numbers: { 1: 1 },
        blfSpeedDials: { 1: { number: '1001', label: '1001', device: false } },
      },
      2: { idMac: '001200078d82', type: '7912', numbers: { 1: 2 } },
    },
    presence: {
      enabled: true,
      server: '11.1.1.4',
      sccpRetryInterval: 70,
      sccpRetryLimit: 20,
      callList: true,
      maxSubscription: 128,
      watcherAll: true,
      allowSubscribe: true,
    },
    sipUa: { presenceEnable: true, authentication: { username: 'jack', password: { text: '021201481F' } } },
  });
});

test('[T-23] the SCCP part of example 6.3 is understood', () => {
  const { config } = parseConfig(sample('cme-6.3'));
  expect(config).toMatchObject({
    dialPeers: {
      2001: {
        preference: 2,
        destinationPattern: '1...',
        sessionProtocol: 'sipv2',
        sessionTarget: 'ipv4:11.1.1.4',
        dtmfRelay: 'sip-notify',
      },
    },
    telephonyService: {
      enabled: true,
      maxEphones: 100,
      maxDn: { count: 300 },
      sourceAddress: { host: '11.1.1.2', port: 2000 },
      urls: { directories: 'http://11.1.1.2/localdirectory' },
      maxConferences: { count: 6, gain: '-6' },
      callForwardPatterns: ['.T'],
      transferSystem: 'full-consult',
      transferPatterns: { '.T': 'consult' },
      cnfFilesStamp: 'Jan 01 2002 00:00:00',
    },
    ephoneDns: {
      1: { number: '2001', lineMode: 'dual-line', allowWatch: true },
      2: { number: '2009', lineMode: 'dual-line', allowWatch: true, application: 'default' },
      3: { number: '2005', allowWatch: true },
      4: { number: '2002', lineMode: 'dual-line' },
    },
    ephones: {
      1: {
        mac: '00127f5762a5',
        type: '7960',
        fastdials: { 1: { number: '1002' } },
        blfSpeedDials: {
          1: { number: '2101', label: '2101', device: false },
          2: { number: '1003', label: '1003', device: false },
          3: { number: '2002', label: '2002', device: false },
        },
        buttons: { 1: { separator: ':', tags: [1] }, 2: { separator: ':', tags: [2] } },
      },
      3: { mac: '00156247ef91', type: '7971' },
    },
  });
});

test('the SCCP part of the examples is printed as they have it, line by line [cme-presence 6.3, 6.6]', () => {
  for (const section of ['cme-6.3', 'cme-6.4']) {
    const blocks = sample(section).match(/^(telephony-service|ephone|ephone-dn|dial-peer)\b.*\n(?: .*\n)+/gm) ?? [];
    const printed = renderConfig(parseConfig(sample(section)).config);
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) expect(printed).toContain(`!\n${block}`);
  }
});

test('what linewatch does not know is reported with its line and mode, and kept in its place', () => {
  const { unknown, config } = parseConfig(sample('cme-6.3'));
  expect(unknown).toEqual([
    { line: 7, mode: ['voice service voip'], text: 'h323' },
    { line: 41, mode: [], text: 'interface GigabitEthernet0/0' },
    { line: 42, mode: ['interface GigabitEthernet0/0'], text: 'ip address 11.1.1.2 255.255.255.0' },
  ]);
  expect(config.unknown).toEqual([
    { text: 'interface GigabitEthernet0/0', lines: [{ text: 'ip address 11.1.1.2 255.255.255.0' }] },
  ]);
});

test('in a whole configuration of an office only what linewatch does not use is reported as unknown', () => {
  const { unknown } = parseConfig(sample('office'));
  const inOurs = unknown.filter(({ mode }) =>
    /^(telephony|ephone|presence|sip-ua|dial-peer voice 3000)/.test(mode[0] ?? ''),
  );
  expect(inOurs.map(({ text }) => text)).toEqual([
    'voice-class codec 1',
    'no vad',
    'retry invite 2',
    'auto assign 1 to 10',
    'service phone videoCapability 1',
    'time-zone 22',
    'moh flash:music-on-hold.au',
    'web admin system name admin secret 5 $1$abcd',
    'dn-webedit',
    'secondary-dialtone 9',
    'call-forward max-length 4',
    'softkeys idle  Redial Newcall Cfwdall Pickup Dnd',
    'ring internal',
    'pickup-group 1',
    'corlist incoming internal',
    'intercom A5002 label "Boss"',
    'device-security-mode none',
    'night-service bell',
    'pilot 1500',
    'list 1001, 1002',
  ]);
});

test('running-config keeps the order of Cisco inside a mode [cme-presence 2.1]', () => {
  const presence = /^presence\n(?: .*\n)+/m;
  expect(renderConfig(parseConfig(sample('cme-6.3')).config).match(presence)?.[0]).toBe(
    sample('cme-6.3').match(presence)?.[0],
  );
});

test('the sample for a newcomer is understood completely, and every line in it can be watched', () => {
  const text = readFileSync(join(__dirname, '../../../deploy/startup-config'), 'utf8');
  const { config, errors, unknown } = parseConfig(text);
  expect({ errors, unknown }).toEqual({ errors: [], unknown: [] });
  const lines = lineDirectory(config);
  expect([...lines.numbers()]).toEqual(['2101', '2102', '2103', '2104', '2105', '2201', '2202', '2203']);
  expect([...ephoneDirectory(config).all()].map(deviceNameOf)).toEqual([
    'SEP020000002201',
    'SEP020000002202',
    'ATA020000002203',
  ]);
  for (const number of lines.numbers()) {
    expect(lines.resolve(number)?.instances.every((line) => line.watchable && line.devices.length > 0)).toBe(true);
  }
});

test('a text that lost its indentation is read like typed lines', () => {
  for (const name of ['cme-6.1', 'cme-6.4', 'cme-6.5']) {
    const text = sample(name).replace(/^ +/gm, '');
    expect(parseConfig(text).config).toEqual(parseConfig(sample(name)).config);
  }
});

test('a block whose own lines are not indented is still understood in a text that has indentation', () => {
  const { config, unknown } = parseConfig('presence\nserver 1.2.3.4\nwatcher all\nsip-ua\n presence enable\n');
  expect(unknown).toEqual([]);
  expect(config).toMatchObject({ presence: { server: '1.2.3.4', watcherAll: true }, sipUa: { presenceEnable: true } });
});

test('a malformed known command is an error with its place and the caret, and changes nothing', () => {
  const { config, errors, unknown } = parseConfig('hostname x\npresence\n max-subscription 99\n watcher all\n');
  expect(errors).toEqual([
    {
      line: 3,
      column: 19,
      message: " max-subscription 99\n                  ^\n% Invalid input detected at '^' marker.",
    },
  ]);
  expect(unknown).toEqual([]);
  expect(config.presence).toMatchObject({ maxSubscription: 100, watcherAll: true });
});

test('what stands below a refused heading is refused with it, not given to another mode', () => {
  const { config, errors } = parseConfig('voice register pool 0\n hostname oops\nhostname right\n');
  expect(errors.map((error) => error.line)).toEqual([1, 2]);
  expect(config).toEqual({ ...emptyConfig(), hostname: 'right' });
});

test('`no` of an unknown command takes it back; without one to take back it is kept', () => {
  const { config } = parseConfig('ip http server\nno ip domain lookup\nno ip http server\n');
  expect(config.unknown).toEqual([{ text: 'no ip domain lookup' }]);
});

test('the rows around a configuration that a router prints are no commands', () => {
  const { config, unknown } = parseConfig(
    'Building configuration...\n\nCurrent configuration : 42 bytes\n!\nhostname x\nend\n',
  );
  expect({ config, unknown }).toEqual({ config: { ...emptyConfig(), hostname: 'x' }, unknown: [] });
});

test('a very long line is refused, a very deep text is kept', () => {
  for (const length of [5000, 1000]) expect(parseConfig('x'.repeat(length)).errors).toHaveLength(1);
  expect(parseConfig('x'.repeat(960)).unknown).toHaveLength(1);
  const deep = Array.from({ length: 2000 }, (_, depth) => ' '.repeat(depth) + `level${depth}`).join('\n');
  const { config } = parseConfig(deep);
  expect(parseConfig(renderConfig(config)).config).toEqual(config);
});
