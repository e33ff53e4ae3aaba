import {
  type Config,
  deviceDirectory,
  deviceNameOf,
  emptyConfig,
  ephoneDirectory,
  hasCallList,
  hasSameLines,
  keepaliveOf,
  lineDirectory,
  macOfDeviceName,
  parseConfig,
} from './index';

/** A configuration of the lines, which must all be understood. */
function configOf(text: string): Config {
  const { config, errors, unknown } = parseConfig(text);
  expect({ errors, unknown }).toEqual({ errors: [], unknown: [] });
  return config;
}

const instancesOf = (text: string, number: string) => lineDirectory(configOf(text)).resolve(number)?.instances ?? [];

describe('lines', () => {
  test.each([
    ['ephone-dn 1', 1],
    ['ephone-dn 1 dual-line', 2],
    ['ephone-dn 1 octo-line', 8],
  ])('[cme-presence 3.3] `%s` has %d channels', (heading, channels) => {
    expect(instancesOf(`${heading}\n number 2001\n`, '2001')).toMatchObject([{ id: 'ephone-dn:1', channels }]);
  });

  test.each([
    ['park-slot', 'park-slot'],
    ['paging', 'paging'],
    ['conference ad-hoc', 'conference'],
    ['label x', 'phone'],
  ])('[cme-presence 3.4] an ephone-dn with `%s` is of the kind %s', (line, kind) => {
    expect(instancesOf(`ephone-dn 1\n number 3901\n ${line}\n`, '3901')).toMatchObject([{ kind, devices: [] }]);
  });

  test.each([
    ['', '', false],
    ['allow watch', '', true],
    ['', 'allow watch', true],
    ['no allow watch', 'allow watch', false],
    ['allow watch', 'no allow watch', true],
    ['', 'no allow watch', false],
  ])('[cme-presence 2.3] a dn with "%s" and a template with "%s" is watchable: %s', (dn, template, watchable) => {
    const text = `ephone-dn-template 1\n ${template}\nephone-dn 1\n number 2001\n ephone-dn-template 1\n ${dn}\n`;
    expect(instancesOf(text, '2001')).toMatchObject([{ watchable }]);
  });

  test('a template that is not configured allows nothing', () => {
    expect(instancesOf('ephone-dn 1\n number 2001\n ephone-dn-template 2\n', '2001')).toMatchObject([
      { watchable: false },
    ]);
  });

  test('[T-7] all ephone-dns and voice register dns with one primary number are one presentity', () => {
    const text =
      'voice register dn 1\n number 2001\nephone-dn 1\n number 2001\nephone-dn 2\n number 2001 secondary 2002\n';
    expect(instancesOf(text, '2001').map(({ id }) => id)).toEqual([
      'voice-register-dn:1',
      'ephone-dn:1',
      'ephone-dn:2',
    ]);
    expect(lineDirectory(configOf(text)).resolve('2002')).toBeUndefined();
  });

  test('the name of a dn is what the other party is shown', () => {
    expect(instancesOf('ephone-dn 1\n number 2001\n name Ada L\n', '2001')).toMatchObject([{ name: 'Ada L' }]);
  });
});

describe('appearances', () => {
  const on = (...phones: string[]) => {
    const dns = [1, 2, 3].map((tag) => `ephone-dn ${tag}\n number 200${tag}\n`).join('');
    return lineDirectory(configOf(dns + phones.map((lines, at) => `ephone ${at + 1}\n ${lines}\n`).join('')));
  };
  const shown = (number: string, ...phones: string[]) =>
    on(...phones)
      .resolve(number)
      ?.instances[0]?.appearances.map(({ device, button, primary }) => `${device}/${button}${primary ? '*' : ''}`);

  test.each([
    ['button 1 is primary', ['button 1:1'], ['ephone:1/1*']],
    ['another button is not', ['button 2:1'], ['ephone:1/2']],
    ['auto-line makes its button primary', ['button 1:2 2:1\n auto-line 2'], ['ephone:1/2*']],
    ['auto-line leaves button 1 primary', ['button 1:1 2:2\n auto-line 2'], ['ephone:1/1*']],
    ['auto-line incoming selects no button', ['button 1:2 2:1\n auto-line incoming'], ['ephone:1/2']],
    ['the first of an overlay set is primary', ['button 1o1,2'], ['ephone:1/1*']],
    ['the others of an overlay set are not', ['button 1c2,1'], ['ephone:1/1']],
    ['a monitored line is no line of the phone', ['button 1m1'], []],
    ['a watched phone is no line of the phone', ['button 1w1'], []],
    ['an expansion carries nothing of its own', ['button 1o2,3 2x1'], []],
    [
      'beep, feature ring and silent are lines',
      ['button 1b1', 'button 1f1', 'button 1s1'],
      ['ephone:1/1*', 'ephone:2/1*', 'ephone:3/1*'],
    ],
    ['a dn on two buttons appears once', ['button 1:2 2:1 3:1\n auto-line 3'], ['ephone:1/2*']],
    ['phones come in order of their tags', ['button 1:1', 'button 2:1'], ['ephone:1/1*', 'ephone:2/2']],
  ])('[cme-presence 2.8, 3.5] %s', (_, phones, appearances) => {
    expect(shown('2001', ...phones)).toEqual(appearances);
  });

  test('devices are the phones of the appearances', () => {
    expect(on('button 1:1', 'button 2:1').resolve('2001')?.instances[0]?.devices).toEqual(['ephone:1', 'ephone:2']);
  });

  test('the lowest `number` of a SIP phone is on button 1', () => {
    const text = 'voice register dn 1\n number 2101\nvoice register pool 1\n number 3 dn 1\n';
    expect(instancesOf(text, '2101')[0]?.appearances).toMatchObject([{ kind: 'sip', button: 3, primary: true }]);
  });
});

describe('device-based monitoring', () => {
  /** dn 1 to 4 have numbers 2001 to 2004, watchable unless said otherwise. */
  const monitoring = (number: string, text: string) => {
    const dns = [1, 2, 3, 4].map((tag) => `ephone-dn ${tag}\n number 200${tag}\n allow watch\n`).join('');
    return deviceDirectory(configOf(dns + text)).monitoring(number);
  };
  const ephone = (tag: number) => ({ kind: 'phone', device: `ephone:${tag}`, phone: 'sccp' });

  test('[T-15] a number on button 1 of ephone 1 and on `auto-line 3` of ephone 24 monitors ephone 24', () => {
    const text = 'ephone 1\n button 1:1\nephone 24\n button 1:2 2:3 3:1\n auto-line 3\n';
    expect(monitoring('2001', text)).toEqual(ephone(24));
  });

  test.each([
    ['the phone that has the number on button 1', '2001', 'ephone 1\n button 1:2 2:1\nephone 2\n button 1:1\n', 2],
    ['of several the lowest tag', '2001', 'ephone 5\n button 1:1\nephone 12\n button 1:1\n', 5],
    [
      'the lowest tag among auto-line buttons',
      '2001',
      'ephone 5\n button 2:1\n auto-line 2\nephone 12\n button 2:1\n auto-line 2\n',
      5,
    ],
    [
      'the lowest tag whichever dn has the number',
      '2002',
      'ephone-dn 9\n number 2002\n allow watch\nephone 7\n button 1:2\nephone 3\n button 1:9\n',
      3,
    ],
    ['the first of an overlay set', '2003', 'ephone 4\n button 1o3,1\n', 4],
  ])('[cme-presence 3.6] a key monitors %s', (_, number, text, tag) => {
    expect(monitoring(number, text)).toEqual(ephone(tag));
  });

  test.each([
    ['a number on no phone [U-7]', '2001', ''],
    ['a number that does not exist', '8883', ''],
    ['a number on another button only [U-7]', '2001', 'ephone 1\n button 2:1\n'],
    ['a monitor button [U-7]', '2001', 'ephone 1\n button 1m1\n'],
    ['a primary number without `allow watch` [V-8]', '2001', 'ephone 1\n button 1:1\nephone-dn 1\n no allow watch\n'],
    ['a paging number', '2001', 'ephone-dn 1\n paging\n'],
  ])('[cme-presence 3.6] a key monitors nothing for %s', (_, number, text) => {
    expect(monitoring(number, text)).toEqual({ kind: 'none' });
  });

  test.each([
    ['a park slot [V-4, T-10]', 'ephone-dn 1\n park-slot\n'],
    [
      'a line that SIP and SCCP phones share [V-9]',
      'voice register dn 1\n number 2001\n allow watch\nephone 1\n button 1:1\n',
    ],
  ])('[cme-presence 3.6] a key watches the line for %s', (_, text) => {
    expect(monitoring('2001', text)).toEqual({ kind: 'line' });
  });

  test('[cme-presence 3.6] a key monitors a SIP phone by its first number', () => {
    const text =
      'voice register dn 1\n number 2101\n allow watch\nvoice register pool 3\n number 1 dn 1\nvoice register pool 2\n number 2 dn 1\n number 1 dn 9\n';
    expect(monitoring('2101', text)).toEqual({ kind: 'phone', device: 'pool:3', phone: 'sip' });
  });

  test('[V-8] the lines of a phone say which of them contribute', () => {
    const text =
      'ephone-dn 1\n number 2001\n allow watch\nephone-dn 2\n number 2002\nephone-dn 3\nephone 1\n button 1:1 2:2 3:3 4m1\n';
    const devices = deviceDirectory(configOf(text));
    expect(devices.linesOf('ephone:1')).toEqual([
      { number: '2001', instance: 'ephone-dn:1', watchable: true, primary: true },
      { number: '2002', instance: 'ephone-dn:2', watchable: false, primary: false },
    ]);
    expect(devices.linesOf('ephone:2')).toEqual([]);
  });
});

describe('SCCP phones', () => {
  const config = configOf(
    'presence\ntelephony-service\n keepalive 40\nephone 1\n mac-address 0012.7F57.62A5\n type 7960\n' +
      'ephone 2\n mac-address 0015.6247.EF91\n presence call-list\n keepalive 60\nephone 3\n mac-address 0012.7F57.62A5\n' +
      'ephone 4\n mac-address C863.9018.0402\n type anl\nephone 5\n mac-address C863.9018.0403\n type ata\nephone 6\n',
  );
  const phones = ephoneDirectory(config);

  test('are found by id, by MAC address and by device name, the lowest tag first', () => {
    expect(phones.byId('ephone:2')?.tag).toBe(2);
    expect(phones.byId('pool:2')).toBeUndefined();
    expect(phones.byMac('00:12:7f:57:62:a5')?.tag).toBe(1);
    expect(phones.byDeviceName('SEP00127F5762A5')?.tag).toBe(1);
    expect(phones.byDeviceName('sep00156247ef91')?.tag).toBe(2);
    expect(phones.byDeviceName('SEP00156247EF92')).toBeUndefined();
    expect(phones.byDeviceName('00156247EF91')).toBeUndefined();
    expect([...phones.all()].map(({ tag }) => tag)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each([
    [1, 'SEP00127F5762A5'],
    [4, 'ANC8639018040' + '02'],
    [5, 'ATAC86390180403'],
    [6, undefined],
  ])('ephone %d registers as %s', (tag, name) => {
    const phone = config.ephones[tag];
    expect(phone && deviceNameOf(phone)).toBe(name);
    if (name !== undefined) expect(phones.byDeviceName(name)?.mac).toBe(phone?.mac);
  });

  test.each(['', 'SEP', 'SEP00127F5762A', 'SEP00127F5762A55', 'XYZ00127F5762A5', 'AN00127F5762A5'])(
    'no MAC address is in the device name %p',
    (name) => expect(macOfDeviceName(name)).toBeUndefined(),
  );

  test('[T-16] a call list is in force by the global command or by that of the phone', () => {
    const effective = (c: Config) => [1, 2].map((tag) => hasCallList(c, c.ephones[tag] ?? { callList: false }));
    expect(effective(config)).toEqual([false, true]);
    expect(effective({ ...config, presence: { ...config.presence, callList: true } })).toEqual([true, true]);
  });

  test('a phone has its own keepalive or that of the system, 30 s by default', () => {
    expect(keepaliveOf(config, { keepalive: 60 })).toBe(60);
    expect(keepaliveOf(config, {})).toBe(40);
    expect(keepaliveOf(emptyConfig(), {})).toBe(30);
  });

  test.each(['ephone 9\n', 'ephone-dn 9\n', 'ephone-dn-template 9\n', 'voice register pool 9\n'])(
    'directories are out of date when there is a new %j',
    (text) => {
      const { config: changed } = parseConfig(text);
      expect(hasSameLines(emptyConfig(), emptyConfig())).toBe(false);
      const base = emptyConfig();
      expect(hasSameLines(base, { ...base, hostname: 'x' })).toBe(true);
      expect(hasSameLines(base, { ...base, ...pick(changed) })).toBe(false);
    },
  );
});

function pick({ ephones, ephoneDns, ephoneDnTemplates, pools }: Config): Partial<Config> {
  const tables = { ephones, ephoneDns, ephoneDnTemplates, pools };
  return Object.fromEntries(Object.entries(tables).filter(([, table]) => Object.keys(table).length > 0));
}
