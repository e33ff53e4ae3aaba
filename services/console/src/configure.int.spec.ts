import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningConfig } from '@linewatch/runtime';
import { until } from '@linewatch/kit';
import { runToEnd } from './testing/console-run';
import { type TestSystem, startTestSystem } from './testing/test-system';

jest.setTimeout(60_000);

let system: TestSystem;
let folder: string;
beforeEach(async () => {
  system = await startTestSystem();
  folder = mkdtempSync(join(tmpdir(), 'linewatch-console-'));
});
afterEach(async () => {
  await system.bus.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(text: string): string {
  const path = join(folder, 'change.cfg');
  writeFileSync(path, text);
  return path;
}

describe('linewatch configure', () => {
  it('gives a file to the system as one change, by the user, and every follower of CONFIG applies it', async () => {
    const follower = new RunningConfig();
    await follower.start(system.bus);
    const path = file('voice register dn  1\n number 2101\n allow watch\n!\npresence\n max-subscription 200\n');
    const { code, stdout, stderr } = await runToEnd(['configure', path], system.env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('Revision 1 runs: 5 lines changed by ada.\n');
    const stored = await system.bus.last(system.bus.subjects.every.config);
    expect(stored?.event.data).toMatchObject({ author: 'ada', change: { part: 0, parts: 1 } });
    await until(() => follower.revision() === 1, 'a service has it');
    expect(follower.current()).toMatchObject({
      dns: { 1: { number: '2101', allowWatch: true } },
      presence: { enabled: true, maxSubscription: 200 },
    });
    follower.stop();
  });

  it('adds to what runs, from stdin and as typed, and says when there is nothing to change', async () => {
    await runToEnd(['configure', file('voice register dn 1\n number 2101\npresence\n watcher all\n')], system.env);
    const typed = 'voice register dn 1\nallow watch\nexit\npresence\nno watcher all\nend\n';
    const second = await runToEnd(['configure', '--author', 'ben', '-'], system.env, typed);
    expect(second).toEqual({ code: 0, stdout: 'Revision 2 runs: 4 lines changed by ben.\n', stderr: '' });
    const { stdout } = await runToEnd(['show', 'running-config'], system.env);
    expect(stdout).toBe(
      ['!', 'voice register dn  1', ' number 2101', ' allow watch', '!', 'presence', '!', 'end', ''].join('\n'),
    );
    const third = await runToEnd(['configure', '-'], system.env, typed);
    expect(third).toEqual({ code: 0, stdout: 'Nothing to change: revision 2 says it already.\n', stderr: '' });
  });

  it('has phones start again when the change runs, and says who was not reached', async () => {
    const text = 'ephone 1\n mac-address 0200.000A.0001\n restart\n';
    const told = 'restarting 0200.000A.0001\n% No sccp-edge answers; no phone was told\n';
    const first = await runToEnd(['configure', '-'], system.env, text);
    expect(first).toEqual({ code: 0, stdout: `Revision 1 runs: 2 lines changed by ada.\n${told}`, stderr: '' });
    expect(await runToEnd(['configure', '-'], system.env, text)).toEqual({ code: 0, stdout: told, stderr: '' });
  });

  it('refuses in the words of IOS with file and line, and then changes nothing', async () => {
    const path = file('hostname Berlin\npresence\n max-subscription many\n max-subscription 300\nsip-ua\n presence\n');
    const { code, stdout, stderr } = await runToEnd(['configure', path], system.env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      [
        `${path}, line 3:`,
        ' max-subscription many',
        '                  ^',
        "% Invalid input detected at '^' marker.",
        `${path}, line 6:`,
        ' presence',
        '% Incomplete command.',
        'linewatch: 2 lines were refused, so nothing was changed.',
        '',
      ].join('\n'),
    );
    expect(await system.bus.lastSequence('CONFIG')).toBe(0);
  });

  it('keeps commands that it does not know, and reports them with their numbers', async () => {
    const path = file('hostname Berlin\nrouter bgp 65000\n bgp log-neighbor-changes\n');
    const { code, stderr } = await runToEnd(['configure', path], system.env);
    expect(code).toBe(0);
    expect(stderr).toBe(
      `${path}: 2 lines are not used by linewatch, kept and printed back:\n` +
        '   2  router bgp 65000\n   3   bgp log-neighbor-changes\n',
    );
    const { stdout } = await runToEnd(['show', 'running-config', '--json'], system.env);
    expect(JSON.parse(stdout)).toMatchObject({
      revision: 1,
      config: { hostname: 'Berlin', unknown: [{ text: 'router bgp 65000' }] },
    });
  });

  it('prints with --dry-run what would change, and changes nothing', async () => {
    const run = await runToEnd(['configure', '--dry-run', '-'], system.env, 'hostname Berlin\nno presence\n');
    expect(run).toEqual({ code: 0, stdout: 'hostname Berlin\n', stderr: '' });
    expect(await system.bus.lastSequence('CONFIG')).toBe(0);
  });

  it('says in one line what cannot be read', async () => {
    const missing = await runToEnd(['configure', join(folder, 'none.cfg')], system.env);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^linewatch: .*none\.cfg cannot be read: ENOENT.*\n$/);
  });

  it('refuses a command that is too long for an event where it gets too long', async () => {
    const long = await runToEnd(['configure', '-'], system.env, `router ${'x'.repeat(2000)}\n`);
    expect(long.code).toBe(1);
    expect(long.stderr).toMatch(/\n {960}\^\n% Invalid input detected at '\^' marker\.\n/);
    expect(long.stderr).toMatch(/\nlinewatch: 1 line was refused, so nothing was changed\.\n$/);
    expect(await system.bus.lastSequence('CONFIG')).toBe(0);
  });
});
