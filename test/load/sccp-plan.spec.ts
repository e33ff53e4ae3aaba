import { applyCommands, emptyConfig, phoneKeys } from '@linewatch/config';
import { numberOf } from './plan';
import { readSccpOptions, type SccpLoadOptions } from './sccp-options';
import { CHANGING, lineOfKey, sccpConfigurationOf, sccpPlanOf } from './sccp-plan';

const planOf = (...args: string[]) => sccpPlanOf(readSccpOptions(args) as SccpLoadOptions);

describe('who shows which line', () => {
  const plan = planOf('--stations', '40', '--keys', '7', '--watchers', '12');
  const stations = Array.from({ length: 40 }, (_, station) => station);
  const shown = (station: number) => Array.from({ length: 7 }, (_, key) => lineOfKey(plan, station, key));

  it('has exactly the wanted number of keys on the line that changes, one a station', () => {
    const watchers = stations.filter((station) => shown(station).includes(CHANGING));
    expect(watchers).toEqual(stations.slice(1, 13));
    expect(stations.flatMap(shown).filter((line) => line === CHANGING)).toHaveLength(12);
  });

  it('has every station show different lines, none of them its own', () => {
    for (const station of stations) {
      expect(new Set(shown(station)).size).toBe(7);
      expect(shown(station)).not.toContain(station);
      for (const line of shown(station)) expect(line).toBeLessThan(40);
    }
  });

  it('is the same for the same seed', () => {
    expect(planOf('--stations', '40', '--keys', '7', '--watchers', '12')).toEqual(plan);
    expect(planOf('--stations', '40', '--keys', '7', '--watchers', '12', '--seed', '2')).not.toEqual(plan);
  });

  it('is what the configuration says, to its last key', () => {
    const { config, results } = applyCommands(emptyConfig(), sccpConfigurationOf(plan).split('\n'));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(config.presence.maxSubscription).toBe(280);
    for (const station of stations) {
      const phone = config.ephones[station + 1];
      if (!phone) throw new Error(`no ephone ${station + 1}`);
      const numbers = phoneKeys(config, phone).flatMap((key) => (key.kind === 'blf-speed-dial' ? [key.number] : []));
      expect(numbers).toEqual(shown(station).map(numberOf));
    }
  });
});

describe('the command line', () => {
  it('has a default for everything, and fits them to few stations', () => {
    expect(readSccpOptions([])).toMatchObject({ stations: 1000, keys: 20, watchers: 500, changes: 200 });
    expect(readSccpOptions(['--', '--stations', '10'])).toMatchObject({ keys: 8, watchers: 9 });
    expect(readSccpOptions(['--help'])).toBe('help');
  });

  it.each([
    [['--stations', '2'], '--stations must be a number from 3 to 20000, not 2'],
    [['--stations', '10', '--keys', '9'], '--keys must be a number from 1 to 8, not 9'],
    [['--stations', '10', '--watchers', '10'], '--watchers must be a number from 1 to 9, not 10'],
    [['--target', 'host'], '--target is an IPv4 address and a port'],
    [['--wat'], "Unknown option '--wat'"],
  ])('refuses %j in one line', (args, message) => {
    expect(() => readSccpOptions(args)).toThrow(message);
  });
});
