import { applyCommands, diffConfig, emptyConfig } from '@linewatch/config';
import { changeFailures, linesOfChange } from './config-changes';
import { configurationOf, makePlan, seeded } from './plan';

test('every change is one to the configuration of a run, is refused nowhere, and touches no lamp', () => {
  const plan = makePlan(20, 40, seeded(1));
  let { config } = applyCommands(emptyConfig(), configurationOf(plan, 5060).split('\n'), { keepUnknown: true });
  for (let n = 0; n < 200; n += 1) {
    const { config: next, results } = applyCommands(config, linesOfChange(n, plan.lines));
    expect(results.every(({ ok }) => ok)).toBe(true);
    const commands = diffConfig(config, next);
    expect(commands).not.toEqual([]);
    expect(commands.join('\n')).not.toMatch(/number|allow watch|\bid\b|no voice register dn ([1-9]|1\d|20)$/m);
    config = next;
  }
});

test('a run in which a change was refused or a service restarted is not clean', () => {
  const fine = { typed: 10, perSecond: 100, refused: '', restarted: [] };
  expect(changeFailures(fine)).toEqual([]);
  expect(changeFailures({ ...fine, refused: '% no', restarted: ['sip-edge-1'] })).toHaveLength(2);
});
