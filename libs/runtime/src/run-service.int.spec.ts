import { until } from '@linewatch/kit';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatsBus, connectBus } from '@linewatch/bus';
import { buildSync } from 'esbuild';
import { appendConfigChange } from './config-change';
import { EdgeIdentity } from './edge-identity';
import { EdgeMonitor } from './edge-monitor';
import { runningProcesses } from './process-control';
import { type RunningService, startService } from './run-service';
import { VERSION } from './version';
import { systemClock } from './clock';
import { testEnvironment } from './testing/environment';
import { sampleService } from './testing/sample-service';

jest.setTimeout(60_000);

const root = join(__dirname, '../../..');

function client(env: NodeJS.ProcessEnv): Promise<NatsBus> {
  const servers = env['LINEWATCH_NATS_URL'] ?? '';
  return connectBus({ servers, service: 'client', source: '/client/1', prefix: env['LINEWATCH_PREFIX'] ?? 'lw' });
}

describe('a service', () => {
  const env = testEnvironment({ LINEWATCH_GREETING: 'Good morning' });
  let service: RunningService;
  let other: RunningService;
  let bus: NatsBus;
  beforeAll(async () => {
    service = (await startService(sampleService, env)) as never;
    other = (await startService(sampleService, { ...env, LINEWATCH_INSTANCE: '2' })) as never;
    bus = await client(env);
  });
  afterAll(async () => {
    await bus.close();
    await service.stop();
    await other.stop();
  });

  it('answers by Nest controllers on our subjects, with words for errors', async () => {
    const { subjects } = bus;
    expect(await bus.ask(subjects.ask('greet'), { name: '3001' })).toEqual({ greeting: 'Good morning, 3001' });
    await expect(bus.ask(subjects.ask('greet'), { name: '' })).rejects.toMatchObject({ word: 'no-name' });
    await expect(bus.ask(subjects.ask('greet'), null)).rejects.toMatchObject({ word: 'failed' });
  });

  it('is asked as one copy, as every copy, and by its own name', async () => {
    const { subjects } = bus;
    expect(await bus.gather(subjects.ask('greet'), { name: 'x' }, { forMs: 300 })).toHaveLength(1);
    expect(await bus.gather(subjects.show('greeter'), {}, { forMs: 5000, max: 2 })).toHaveLength(2);
    expect(await bus.ask(subjects.askEdge('sample-2', 'explain'), {})).toBe('because');
  });

  it('serves health and metrics', async () => {
    const get = (path: string) => fetch(`http://127.0.0.1:${service.httpPort}${path}`);
    expect(await (await get('/health/live')).json()).toMatchObject({ status: 'ok' });
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'ok',
      checks: { nats: { ok: true, detail: expect.stringMatching(/rtt/) } },
    });
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await metrics.text()).toMatch(/linewatch_bus_connected\{service="sample",instance="1"\} 1/);
  });

  it('tells who it is and how it goes, and so does every other copy', async () => {
    const [first, second] = await runningProcesses(bus);
    expect(first).toMatchObject({ id: 'sample-1', service: 'sample', version: VERSION, state: 'serving', failing: {} });
    expect(second).toMatchObject({ id: 'sample-2', pid: process.pid, node: process.version });
    expect(first?.memory).toBeGreaterThan(1_000_000);
  });

  it('takes a change of configuration while it runs, as every copy does', async () => {
    const changed: string[] = [];
    service.context.config.onChange((next) => void changed.push(next.hostname));
    const revision = await appendConfigChange(bus, { author: 'admin', commands: ['hostname Berlin'] });
    await until(() => service.context.config.revision() === revision, 'the first copy has it');
    await until(() => other.context.config.current().hostname === 'Berlin', 'the other copy has it');
    expect(changed).toEqual(['Berlin']);
  });

  it('is not started with settings that are wrong', async () => {
    await expect(startService(sampleService, { ...env, LINEWATCH_NATS_URL: '' })).rejects.toThrow(
      /Set LINEWATCH_NATS_URL/,
    );
  });
});

describe('a service that stops', () => {
  it('finishes what it was asked before, answers nothing after, and is not ready meanwhile', async () => {
    const env = testEnvironment();
    const service = await startService(sampleService, env);
    const bus = await client(env);
    const steps: string[] = [];
    service.context.drain.on('hand-over', 'states', async () => {
      const ready = await fetch(`http://127.0.0.1:${service.httpPort}/health/ready`);
      steps.push(`ready ${ready.status}`);
    });
    const asked = bus.ask(bus.subjects.ask('slow'), {}, { timeoutMs: 5000, attempts: 1 });
    await bus.ping();
    const stopping = service.stop();
    expect(await asked).toBe('done');
    expect(await stopping).toBe(true);
    expect(steps).toEqual(['ready 503']);
    await expect(bus.ask(bus.subjects.ask('slow'), {}, { attempts: 1 })).rejects.toThrow(/no responders/);
    await bus.close();
  });
});

describe('edges on a real bus', () => {
  it('are known by their hello, found when they fall silent, and heard again in their next epoch', async () => {
    const env = testEnvironment();
    const service = await startService(sampleService, env);
    const { bus } = service.context;
    const told: string[] = [];
    const monitor = new EdgeMonitor(bus, systemClock, {
      onLost: (edge, epoch, reason) => void told.push(`${edge} lost ${epoch} ${reason}`),
      onBack: (edge, epoch) => void told.push(`${edge} back ${epoch}`),
    });
    await monitor.start();
    const claim = () =>
      EdgeIdentity.claim(bus, systemClock, {
        id: 'sip-edge-1',
        hello: { kind: 'sip', advertised: { host: '127.0.0.2', port: 5060 } },
        onPaused: async () => undefined,
        onSuperseded: () => undefined,
      });
    const first = await claim();
    await until(() => monitor.isAlive('sip-edge-1', first.epoch), 'the hello was read');
    first.end();
    await until(() => told.includes(`sip-edge-1 lost ${first.epoch} silent`), 'the silence was found');
    const second = await claim();
    await until(() => monitor.isAlive('sip-edge-1', second.epoch), 'the next hello was read');
    await second.bye();
    await until(() => told.at(-1) === `sip-edge-1 lost ${second.epoch} bye`, 'the bye was read');
    monitor.stop();
    await service.stop();
  });
});

describe('a service process', () => {
  let folder: string;
  let main: string;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'linewatch-runtime-'));
    main = join(folder, 'sample.js');
    buildSync({
      entryPoints: [join(__dirname, 'testing/sample-main.ts')],
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

  const start = (env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, [main], { env: { ...env, NODE_PATH: join(root, 'node_modules') } });
    children.push(child);
    const seen = { output: '' };
    child.stdout.on('data', (chunk: Buffer) => (seen.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (seen.output += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    return { child, seen, exit };
  };

  it('bundled without type metadata runs until SIGTERM, and exits with 0', async () => {
    const env = testEnvironment({ LINEWATCH_LOG_LEVEL: 'info' });
    const { child, seen, exit } = start(env);
    await until(() => seen.output.includes('"msg":"ready"'), `it is ready; it said: ${seen.output}`, 30_000);
    const bus = await client(env);
    expect(await bus.ask(bus.subjects.ask('greet'), { name: 'x' })).toEqual({ greeting: 'Hello, x' });
    await bus.close();
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(seen.output).toMatch(/"msg":"stopped"/);
  });

  it('waits for a NATS that is not up, and ends at once when it is asked to', async () => {
    const { child, seen, exit } = start(testEnvironment({ LINEWATCH_NATS_URL: 'nats://127.0.0.1:9' }));
    await until(() => seen.output.includes('waiting for NATS at nats://127.0.0.1:9'), 'it says that it waits', 30_000);
    child.kill('SIGINT');
    expect(await exit).toBe(0);
  });

  it('says which variable is missing and exits with 2', async () => {
    const { seen, exit } = start({ LINEWATCH_NATS_URL: 'nats://127.0.0.1:9' });
    expect(await exit).toBe(2);
    expect(seen.output).toMatch(/sample: Set LINEWATCH_REDIS_URL: the Redis server, as redis:\/\/host:6379\./);
  });
});
