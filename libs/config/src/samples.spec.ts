import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyCommands, diffConfig, emptyConfig, lineDirectory, parseConfig, renderConfig } from './index';

const SAMPLES = ['6.1', '6.2', '6.3', '6.4', '6.5'];

function sample(section: string): string {
  return readFileSync(join(__dirname, 'testdata', `cme-${section}.cfg`), 'utf8');
}

/** The commands of a text, blanks collapsed, without comments: what must not get lost. */
function commandsOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  return lines.filter((line) => line !== '' && !line.startsWith('!') && line !== 'end').sort();
}

describe.each(SAMPLES)('the example of cme-presence %s', (section) => {
  const text = sample(section);
  const { config, errors } = parseConfig(text);

  it('parses without an error', () => {
    expect(errors).toEqual([]);
  });

  it('is printed back with no command lost and none added', () => {
    expect(commandsOf(renderConfig(config))).toEqual(commandsOf(text));
  });

  it('is the same when its running-config is read again', () => {
    expect(parseConfig(renderConfig(config)).config).toEqual(config);
  });

  it('can be imported as one diff', () => {
    const lines = diffConfig(emptyConfig(), config);
    expect(applyCommands(emptyConfig(), lines, { keepUnknown: true }).config).toEqual(config);
  });
});

test('[T-23] the SIP part of example 6.3 is understood', () => {
  const { config } = parseConfig(sample('6.3'));
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

test('what linewatch does not know is reported with its line and mode, and kept in its place', () => {
  const { unknown, config } = parseConfig(sample('6.4'));
  expect(unknown[0]).toEqual({ line: 2, mode: [], text: 'ephone-dn  201' });
  expect(unknown[1]).toEqual({ line: 3, mode: ['ephone-dn  201'], text: 'number 2001' });
  expect(config.unknown).toHaveLength(3);
  expect(config.unknown?.[0]).toEqual({
    text: 'ephone-dn  201',
    lines: [{ text: 'number 2001' }, { text: 'allow watch' }],
  });
});

test('running-config keeps the order of Cisco inside a mode [cme-presence 2.1]', () => {
  const presence = /^presence\n(?: .*\n)+/m;
  expect(renderConfig(parseConfig(sample('6.3')).config).match(presence)?.[0]).toBe(sample('6.3').match(presence)?.[0]);
});

test('the sample for a newcomer is understood completely, and every line in it can be watched', () => {
  const text = readFileSync(join(__dirname, '../../../deploy/startup-config'), 'utf8');
  const { config, errors, unknown } = parseConfig(text);
  expect({ errors, unknown }).toEqual({ errors: [], unknown: [] });
  const lines = lineDirectory(config);
  expect([...lines.numbers()]).toEqual(['2101', '2102', '2103', '2104', '2105']);
  for (const number of lines.numbers()) {
    expect(lines.resolve(number)?.instances.every((line) => line.watchable && line.devices.length > 0)).toBe(true);
  }
});

test('a text that lost its indentation is read like typed lines', () => {
  const text = sample('6.1').replace(/^ +/gm, '');
  expect(parseConfig(text).config).toEqual(parseConfig(sample('6.1')).config);
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
  expect(parseConfig('x'.repeat(5000)).errors).toHaveLength(1);
  const deep = Array.from({ length: 2000 }, (_, depth) => ' '.repeat(depth) + `level${depth}`).join('\n');
  const { config } = parseConfig(deep);
  expect(parseConfig(renderConfig(config)).config).toEqual(config);
});
