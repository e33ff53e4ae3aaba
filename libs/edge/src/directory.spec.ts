import { applyCommands, emptyConfig, type Config } from '@linewatch/config';
import { Directory } from './directory';
import { namedParty } from './named-party';

const SYSTEM = [
  'voice register global', ' mode cme', ' max-dn 9', ' max-pool 9',
  'voice register dn 1', ' number 2101', ' name Alice',
  'voice register dn 2', ' number 2102',
  'voice register pool 1', ' id mac 0000.0000.0001', ' number 1 dn 1',
  'telephony-service', ' max-dn 9', ' max-ephones 9',
  'ephone-dn 1', ' number 3001', ' name Carol',
  'ephone-dn 2', ' number 2102', ' name Bob',
  'ephone 1', ' mac-address 0000.0000.0009', ' button 1:1',
]; // prettier-ignore

const changed = (config: Config, ...commands: string[]): Config => applyCommands(config, commands).config;

describe('the directory', () => {
  it('knows lines, and phones of both kinds', () => {
    const { lines, pools, ephones, devices } = new Directory(changed(emptyConfig(), ...SYSTEM)).current();
    expect(lines.resolve('3001')?.instances).toMatchObject([{ id: 'ephone-dn:1', devices: ['ephone:1'] }]);
    expect(pools.byMac('000000000001')?.tag).toBe(1);
    expect(ephones.byDeviceName('SEP000000000009')?.tag).toBe(1);
    expect(devices.linesOf('ephone:1')).toMatchObject([{ number: '3001', primary: true }]);
  });

  it.each([
    ['a voice register dn', ['voice register dn 3', ' number 2103'], '2103'],
    ['an ephone-dn', ['ephone-dn 3', ' number 3003'], '3003'],
  ])('knows a line that is configured later by %s', (_what, commands, number) => {
    const directory = new Directory(changed(emptyConfig(), ...SYSTEM));
    directory.apply(changed(directory.current().config, ...commands));
    expect(directory.current().lines.resolve(number)).toBeDefined();
  });

  it('keeps its indexes while neither lines nor phones change, and tells the rest of the configuration as it is', () => {
    const directory = new Directory(changed(emptyConfig(), ...SYSTEM));
    const before = directory.current();
    const { lines, pools, ephones, devices } = before;
    directory.apply(changed(before.config, 'presence', ' max-subscription 777'));
    const after = directory.current();
    expect(after.config.presence.maxSubscription).toBe(777);
    expect(after.lines).toBe(lines);
    expect(after.pools).toBe(pools);
    expect(after.ephones).toBe(ephones);
    expect(after.devices).toBe(devices);
  });
});

describe('who has a number', () => {
  it.each([
    ['2101', undefined, 'Alice'],
    ['3001', undefined, 'Carol'],
    ['2102', undefined, 'Bob'],
    ['2102', 'voice-register-dn:2', undefined],
    ['2199', undefined, undefined],
  ])('%s, as instance %s, shows the name %s', (number, instance, display) => {
    const view = new Directory(changed(emptyConfig(), ...SYSTEM)).current();
    expect(namedParty(view, number, instance)).toEqual({ number, ...(display !== undefined && { display }) });
  });
});
