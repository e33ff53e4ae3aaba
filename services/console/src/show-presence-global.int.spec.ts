import { type TestSystem, startTestSystem } from './testing/test-system';
import { runToEnd } from './testing/console-run';

jest.setTimeout(60_000);

let system: TestSystem;
beforeEach(async () => {
  system = await startTestSystem();
});
afterEach(() => system.bus.close());

test('[T-1] on a fresh system `presence`, then `show presence global` prints the block of 5.1', async () => {
  await system.answerSubscriptions([]);
  await runToEnd(['configure', '-'], system.env, 'presence\n');
  const { code, stdout, stderr } = await runToEnd(['show', 'presence', 'global'], system.env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(
    [
      '',
      'Presence Global Configuration Information:',
      '=============================================',
      'Presence feature enable            : TRUE',
      'Presence allow external watchers   : FALSE',
      'Presence max subscription allowed  : 100',
      'Presence number of subscriptions   : 0',
      'Presence allow external subscribe  : FALSE',
      'Presence call list enable          : FALSE',
      'Presence server IP address         : 0.0.0.0',
      'Presence sccp blfsd retry interval : 60',
      'Presence sccp blfsd retry limit    : 10',
      'Presence router mode               : CME mode',
      '',
    ].join('\n'),
  );
});

test('[T-2] `configure` refuses `max-subscription 99` and the value stays 100; 500 is accepted', async () => {
  await system.answerSubscriptions([]);
  const refused = await runToEnd(['configure', '-'], system.env, 'presence\n max-subscription 99\n');
  expect(refused.code).toBe(1);
  const shown = async () =>
    JSON.parse((await runToEnd(['show', 'presence', 'global', '--json'], system.env)).stdout) as object;
  expect(await shown()).toMatchObject({ enabled: false, maxSubscription: 100, subscriptions: 0 });
  await runToEnd(['configure', '-'], system.env, 'presence\n max-subscription 500\n');
  expect(await shown()).toMatchObject({ enabled: true, maxSubscription: 500 });
});

describe('a system that is not all there is told in one line', () => {
  const globalOf = (env: NodeJS.ProcessEnv) => runToEnd(['show', 'presence', 'global'], env);

  it('nothing runs', async () => {
    expect(await globalOf({})).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'linewatch: No system is running here. Start one with "npm start", or set LINEWATCH_NATS_URL to the NATS of one that runs.\n',
    });
  });

  it('NATS cannot be reached', async () => {
    const { code, stderr } = await globalOf({ LINEWATCH_NATS_URL: 'nats://ada:secret@127.0.0.1:9' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^linewatch: NATS at nats:\/\/127\.0\.0\.1:9 cannot be reached \(.+\)\. Is .*"npm start".*\n$/,
    );
  });

  it('NATS has another prefix', async () => {
    const { code, stderr } = await globalOf({ ...system.env, LINEWATCH_PREFIX: 'elsewhere' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^linewatch: There is no system with the prefix "elsewhere" on NATS at .*LINEWATCH_PREFIX\.\n$/,
    );
  });

  it('the service does not answer, or answers that it cannot', async () => {
    const { code, stderr } = await globalOf(system.env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linewatch: The service subscription-authorization does not answer\. .*\n$/);
    await system.bus.answer(system.bus.subjects.ask('subscriptions'), 'test', async () => ({ total: 'many' }));
    expect((await globalOf(system.env)).stderr).toMatch(/^linewatch: The answer of .* cannot be read: .*\n$/);
  });

  it.each([
    ['an address that is none', { LINEWATCH_NATS_URL: 'http://127.0.0.1' }, /is no NATS address/],
    ['a platform maximum that is none', { LINEWATCH_PLATFORM_MAXIMUM: 'many' }, /LINEWATCH_PLATFORM_MAXIMUM must be/],
    ['a prefix that is none', { LINEWATCH_PREFIX: 'a.b' }, /prefix "a\.b" must be/],
  ])('%s is the user’s mistake', async (_, env, message) => {
    const { code, stderr } = await globalOf({ ...system.env, ...env });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

test.each([
  [['show', 'presence', 'globe'], /\^\n% Invalid input detected/],
  [['show', 'history'], /for the shell alone/],
  [['configure'], /missing required argument 'file'/],
  [['configure', '-', '--author', ''], /1 to 256 characters/],
])('the command line %j is answered with usage and code 2', async (args, message) => {
  const { code, stderr } = await runToEnd(args, system.env);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('help is printed on stdout with code 0', async () => {
  const { code, stdout } = await runToEnd(['--help'], {});
  expect(code).toBe(0);
  expect(stdout).toMatch(/Usage: linewatch .*configure/s);
});
