import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BusEvent } from '@linewatch/bus';
import { until } from '@linewatch/kit';
import { emptyLine } from '@linewatch/presence';
import { buildSync } from 'esbuild';
import { type ConsoleRun, runToEnd, startConsole } from './testing/console-run';
import { type TestSystem, startTestSystem } from './testing/test-system';

jest.setTimeout(60_000);

let system: TestSystem;
beforeEach(async () => {
  system = await startTestSystem();
});
afterEach(() => system.bus.close());

const leg = (state: string): BusEvent =>
  ({
    type: 'linewatch.line.call',
    data: {
      leg: 'sip-edge-1.5.7',
      call: 'sip-edge-1.5.6',
      device: 'pool:1',
      instance: 'voice-register-dn:1',
      state,
      direction: 'recipient',
      peer: { number: '2102' },
      edge: 'sip-edge-1',
      epoch: 5,
      seq: 9,
      leaseUntil: 1,
    },
  }) as BusEvent;

const lamp = (state: string): BusEvent =>
  ({
    type: 'linewatch.line.state',
    data: {
      lamp: { state, dnd: false },
      dialogs: [],
      phones: {},
      relayed: {},
      since: 1,
      cause: 'e9',
      fold: emptyLine('2101'),
    },
  }) as BusEvent;

const hello: BusEvent = {
  type: 'linewatch.edge.hello',
  data: { kind: 'sip', advertised: { host: '127.0.0.2', port: 5060 } },
};

/** A call and its lamp, each in a millisecond of its own: finer the streams do not tell what was first. */
async function ring(line: string): Promise<void> {
  const { bus } = system;
  await bus.append(bus.subjects.lineFact(line, 'call'), leg('early'));
  await clockTick();
  await bus.append(bus.subjects.presence(line), lamp('in-use'));
  await clockTick();
}

async function clockTick(): Promise<void> {
  const before = Date.now();
  await until(() => Date.now() > before + 1, 'the clock goes on');
}

const isWatching = ({ printed }: ConsoleRun) => until(() => printed.stderr.includes('watching'), 'it watches');

/** What was printed, without the times. */
function happened({ printed }: ConsoleRun): string[] {
  const lines = printed.stdout.split('\n').slice(0, -1);
  for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} /);
  return lines.map((line) => line.slice(13).replace(/ +/g, ' '));
}

describe('linewatch watch', () => {
  it('prints facts, states, edges and changes of configuration as they happen, until it is stopped', async () => {
    await ring('2100');
    const watch = startConsole(['watch'], system.env);
    await isWatching(watch);
    await ring('2101');
    await system.bus.append(system.bus.subjects.edge('sip-edge-1', 'hello'), hello);
    await runToEnd(['configure', '-'], system.env, 'hostname Berlin\n');
    await until(() => happened(watch).length >= 4, 'all of it is printed');
    watch.stop();
    expect(await watch.exit).toBe(0);
    expect(happened(watch).sort()).toEqual([
      'config global by ada revision 1: hostname Berlin',
      'edge sip-edge-1 hello epoch 1, sip at 127.0.0.2:5060',
      'lamp 2101 in-use (cause e9)',
      'line 2101 call early ← 2102 (sip-edge-1.5.7)',
    ]);
  });

  it('prints what concerns one line, and from what its lamp changed', async () => {
    await system.bus.append(system.bus.subjects.presence('2101'), lamp('idle'));
    const watch = startConsole(['watch', '2101'], system.env);
    await isWatching(watch);
    await ring('2102');
    await ring('2101');
    await until(() => happened(watch).length >= 2, 'its lines are printed');
    watch.stop();
    expect(await watch.exit).toBe(0);
    expect(happened(watch).sort()).toEqual([
      'lamp 2101 idle → in-use (cause e9)',
      'line 2101 call early ← 2102 (sip-edge-1.5.7)',
    ]);
  });

  it('prints first what happened since a time, in the order of time', async () => {
    await ring('2101');
    await ring('3101');
    await ring('2102');
    const watch = startConsole(['watch', '21*', '--since', '5m'], system.env);
    await isWatching(watch);
    expect(happened(watch)).toEqual([
      'line 2101 call early ← 2102 (sip-edge-1.5.7)',
      'lamp 2101 in-use (cause e9)',
      'line 2102 call early ← 2102 (sip-edge-1.5.7)',
      'lamp 2102 in-use (cause e9)',
    ]);
    await system.bus.append(system.bus.subjects.lineFact('2101', 'call'), leg('terminated'));
    await until(() => happened(watch).length === 5, 'and then what comes');
    watch.stop();
    expect(await watch.exit).toBe(0);
  });

  it('prints one JSON object a line for a subject as NATS has it', async () => {
    const prefix = system.bus.subjects.prefix;
    const watch = startConsole(['watch', `${prefix}.line.>`, '--json'], system.env);
    await isWatching(watch);
    await ring('2101');
    await until(() => watch.printed.stdout.includes('\n'), 'it is printed');
    watch.stop();
    expect(await watch.exit).toBe(0);
    expect(JSON.parse(watch.printed.stdout)).toMatchObject({
      stream: 'LINES',
      seq: 1,
      subject: `${prefix}.line.2101.call`,
      type: 'linewatch.line.call',
      source: '/test/1',
      data: { state: 'early', peer: { number: '2102' } },
    });
  });

  it.each([
    [['watch', 'two words'], /Nothing is called "two words"/],
    [['watch', '--since', 'yesterday'], /Write 30s, 5m/],
  ])('answers %j with code 2', async (args, message) => {
    const { code, stderr } = await runToEnd(args, system.env);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('the process', () => {
  const root = join(__dirname, '../../..');
  let folder: string;
  let main: string;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'linewatch-console-'));
    main = join(folder, 'console.js');
    buildSync({
      entryPoints: [join(__dirname, 'cli.ts')],
      outfile: main,
      bundle: true,
      platform: 'node',
      packages: 'external',
      tsconfig: join(root, 'tsconfig.json'),
    });
  });
  afterAll(() => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...args: string[]) => {
    const env = { ...process.env, ...system.env, NODE_PATH: join(root, 'node_modules') };
    const child = spawn(process.execPath, [main, ...args], { env });
    children.push(child);
    const seen = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    return { child, seen, exit };
  };

  it('watches until Ctrl-C, and ends with code 0', async () => {
    const { child, seen, exit } = start('watch');
    await until(() => seen.stderr.includes('watching'), `it watches; it said: ${seen.stderr}`);
    await ring('2101');
    await until(() => seen.stdout.includes('lamp 2101'), 'it prints');
    child.kill('SIGINT');
    expect(await exit).toBe(0);
  });

  it('ends with code 0 when nobody reads what it prints any more', async () => {
    const { child, seen, exit } = start('watch');
    await until(() => seen.stderr.includes('watching'), `it watches; it said: ${seen.stderr}`);
    child.stdout.destroy();
    await ring('2101');
    await ring('2102');
    expect(await exit).toBe(0);
  });

  it('prints all of a long answer into a pipe before it ends, and gives its exit code', async () => {
    const descriptions = Array.from({ length: 20_000 }, (_, n) => `voice register dn ${n + 1}\n number ${n + 1}\n`);
    const configured = await runToEnd(['configure', '-'], system.env, descriptions.join(''));
    expect(configured).toMatchObject({ code: 0, stderr: '' });
    const { seen, exit } = start('show', 'running-config');
    expect(await exit).toBe(0);
    await until(() => seen.stdout.endsWith('end\n'), 'the end is there');
    expect(seen.stdout.split('\n').filter((line) => line.startsWith(' number'))).toHaveLength(20_000);
    const refused = start('show', 'nothing');
    expect(await refused.exit).toBe(2);
  });
});
