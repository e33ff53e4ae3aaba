import { applyCommands, emptyConfig } from './index';

describe('modes', () => {
  const after = (...lines: string[]) => applyCommands(emptyConfig(), lines);
  const answers = (...lines: string[]) => after(...lines).results.map((result) => (result.ok ? 'ok' : result.text));

  test.each([
    ['ephone-dn 1000001', 'invalid'],
    ['ephone-dn', 'incomplete'],
    ['ephone-dn 1 triple-line', 'invalid'],
    ['ephone-dn-template 16', 'invalid'],
    ['ephone-template 21', 'invalid'],
    ['ephone 0', 'invalid'],
    ['dial-peer voice 1', 'incomplete'],
    ['eph 1', 'ambiguous'],
  ])('`%s` is refused as %s', (line, refusal) => {
    expect(after(line)).toMatchObject({ results: [{ refusal }], mode: [], config: emptyConfig() });
  });

  test('the line mode of an ephone-dn cannot be changed, only deleted and made again', () => {
    const refusal = '% ephone-dn 1 is dual-line, which cannot be changed; remove it and create it again';
    expect(answers('ephone-dn 1 dual-line', 'ephone-dn 1 octo-line')).toEqual(['ok', refusal]);
    expect(answers('ephone-dn 1', 'ephone-dn 1 dual-line')[1]).toMatch('ephone-dn 1 is single-line');
    const { config, results } = after(
      'ephone-dn 1 dual-line',
      'number 2001',
      'no ephone-dn 1',
      'ephone-dn 1 octo-line',
    );
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(config.ephoneDns).toEqual({ 1: { tag: 1, lineMode: 'octo-line', huntstop: true } });
  });

  test('an ephone-dn is entered again with its line mode or without', () => {
    expect(answers('ephone-dn 1 dual-line', 'ephone-dn 1', 'ephone-dn 1 dual-line')).toEqual(['ok', 'ok', 'ok']);
    const { config, mode } = after('ephone-dn 1 dual');
    expect(mode).toEqual(['ephone-dn 1 dual-line']);
    expect(applyCommands(config, ['number 2001'], { mode }).config.ephoneDns[1]).toMatchObject({ number: '2001' });
  });

  test.each([
    ['number first', ['ephone-dn 2', 'number 2502', 'shared-line sip']],
    ['sharing first', ['ephone-dn 2', 'shared-line sip', 'number 2502']],
  ])('a second ephone-dn with the number of a shared line is refused, %s', (_, lines) => {
    const shared = ['ephone-dn 1', 'number 2502', 'shared-line sip'];
    const refusal = 'DN number already exists in the shared line database';
    expect(answers(...shared, ...lines).filter((answer) => answer !== 'ok')).toEqual([refusal]);
    expect(answers('ephone-dn 1', 'number 2502', 'ephone-dn 2', 'number 2502')).not.toContain(refusal);
  });

  test('a number is free again when its shared line is renumbered, no longer shared, or removed', () => {
    const shared = ['ephone-dn 1', 'number 2502', 'shared-line sip'];
    for (const freed of ['number 2503', 'no number', 'no shared-line sip', 'no ephone-dn 1']) {
      const lines = [...shared, freed, 'ephone-dn 2', 'number 2502'];
      expect(answers(...lines)).toEqual(lines.map(() => 'ok'));
    }
  });

  test('`no dial-peer voice 1` needs no kind', () => {
    expect(after('dial-peer voice 1 voip', 'preference 1', 'no dial-peer voice 1').config).toEqual(emptyConfig());
  });

  test('`no telephony-service` resets it and leaves the phones', () => {
    const lines = ['telephony-service', 'max-dn 3', 'ephone 1', 'no telephony-service'];
    const { config } = after(...lines);
    expect(config.telephonyService).toEqual(emptyConfig().telephonyService);
    expect(Object.keys(config.ephones)).toEqual(['1']);
  });

  test('buttons add to one another, and one that is named again is replaced', () => {
    const { config } = after('ephone 1', 'button 1:1 2:2', 'button 3:3', 'button 2o4,5', 'no button 1:1');
    expect(config.ephones[1]?.buttons).toEqual({
      2: { separator: 'o', tags: [4, 5] },
      3: { separator: ':', tags: [3] },
    });
  });

  test.each([
    [['ephone 7', 'restart'], { order: 'restart', phones: 'sccp', device: 'ephone:7' }],
    [['voice register pool 7', 'id mac 0015.6247.EF90', 'reset'], { order: 'reset', phones: 'sip', device: 'pool:7' }],
    [['telephony-service', 'reset all'], { order: 'reset', phones: 'sccp' }],
    [['telephony-service', 'create cnf-files'], { order: 'create-files', phones: 'sccp' }],
    [['voice register global', 'create profile'], { order: 'create-files', phones: 'sip' }],
    [['voice register global', 'restart'], { order: 'restart', phones: 'sip' }],
  ])('%j is an order to phones', (lines, order) => {
    expect(after(...lines).results.at(-1)).toEqual({ ok: true, order });
  });

  test('the `no` of an order orders nothing, and an order leaves nothing in the configuration', () => {
    expect(after('ephone 7', 'no restart').results[1]).toEqual({ ok: true });
    expect(after('voice register global', 'no create profile').results[1]).toEqual({ ok: true });
    expect(after('ephone 7', 'restart').config).toEqual(after('ephone 7').config);
  });
});
