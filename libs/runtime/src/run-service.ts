import 'reflect-metadata';
import { hostname } from 'node:os';
import { type BusReport, type NatsBus, UnavailableError, connectBus } from '@linewatch/bus';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AnswerFilter, BusStrategy } from './bus.strategy';
import { busMetrics } from './bus-metrics';
import { type Clock, systemClock } from './clock';
import { DebugTap } from './debug/debug-tap';
import { Drain } from './drain';
import { Health } from './health';
import { type Logger, RateLimitedLog, createLogger, nestLogger } from './log';
import { Metrics } from './metrics';
import { HEALTH, METRICS, OpsController } from './ops.controller';
import { type ProcessInfo, type ServiceInfo, answerForProcess } from './process-control';
import { ProcessUsage } from './process-usage';
import { RunningConfig } from './running-config';
import { type Settings, SettingsError, type SettingsShape, readSettings, streamSettings } from './settings';
import { TimerWheel } from './timer-wheel';
import { VERSION } from './version';

/** What a service is made of; its `main.ts` is one call of `runService` with this. */
export interface ServiceDefinition<S extends SettingsShape = Record<never, never>> {
  /** `sip-edge`: in logs and metrics, and the queue group of its answers. */
  readonly name: string;
  /** Variables of its own, each with a description that tells what to write. */
  readonly settings?: S;
  /**
   * Builds everything the service is made of. Nest finds it by token:
   *
   *     module: async (context) => {
   *       const authorizer = new Authorizer(context.bus, …);
   *       context.drain.on('pull', 'projector', () => projector.stop());
   *       return {
   *         module: AuthorizationModule,
   *         controllers: [AuthorizeController],
   *         providers: [{ provide: AUTHORIZER, useValue: authorizer }],
   *       };
   *     }
   *
   * where `AuthorizeController` has `constructor(@Inject(AUTHORIZER) private readonly authorizer: Authorizer)`.
   */
  module(context: ServiceContext<S>): DynamicModule | Promise<DynamicModule>;
}

/** What the runtime gives every service. */
export interface ServiceContext<S extends SettingsShape = Record<never, never>> {
  readonly name: string;
  /** Which copy: LINEWATCH_INSTANCE. */
  readonly instance: string;
  /** `sip-edge-1`: this copy's name among all processes, its id when it is an edge. */
  readonly id: string;
  readonly settings: Settings<S>;
  readonly bus: NatsBus;
  /** Caught up with CONFIG. */
  readonly config: RunningConfig;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly log: Logger;
  /** For lines that a peer could cause at will. */
  readonly floodLog: RateLimitedLog;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly drain: Drain;
  /** Ends the process with a clean stop, as SIGTERM would: the service cannot go on. */
  readonly stop: (reason: string) => void;
  /** Tells operators' shells what they debug. */
  readonly debug: DebugTap;
  /** What the service adds to the answer of `lw.ask.show.processes`, asked for at each question. */
  readonly tells: (more: () => ServiceInfo) => void;
}

/** A service that runs. */
export interface RunningService<S extends SettingsShape = Record<never, never>> {
  readonly context: ServiceContext<S>;
  readonly app: INestApplication;
  /** Where `/health` and `/metrics` are. */
  readonly httpPort: number;
  /** Drains and closes; true when everything ended by itself. */
  stop(): Promise<boolean>;
}

const STREAMS_RETRY_MS = 500;
/** How long neighbours may take when an operator asks how a process is: the answer is wanted at once. */
const LOOK_MS = 400;

/** Starts a service in this process, without taking over its signals: for tests, and beneath `runService`. */
export async function startService<S extends SettingsShape = Record<never, never>>(
  definition: ServiceDefinition<S>,
  env: NodeJS.ProcessEnv,
  hooks: { log?: Logger; signal?: AbortSignal; stop?: (reason: string) => void } = {},
): Promise<RunningService<S>> {
  const { name } = definition;
  const settings = readSettings(env, definition.settings ?? ({} as S));
  const instance = settings.LINEWATCH_INSTANCE;
  const log = hooks.log ?? createLogger({ service: name, instance, level: settings.LINEWATCH_LOG_LEVEL });
  const clock = systemClock;
  const floodLog = new RateLimitedLog(log, clock);
  const metrics = new Metrics({ service: name, instance });
  const bus = await connectBus({
    servers: settings.LINEWATCH_NATS_URL,
    service: name,
    source: `/${name}/${instance}`,
    prefix: settings.LINEWATCH_PREFIX,
    report: (report) => logReport(floodLog, report),
    ...(hooks.signal && { signal: hooks.signal }),
  });
  try {
    await ensureStreamsWhenUp(bus, settings, log, hooks.signal);
    const config = new RunningConfig({
      platformMaximum: settings.LINEWATCH_PLATFORM_MAXIMUM,
      onProblem: (problem) => floodLog.warn('config', 'the running configuration has a problem', problem),
    });
    await config.start(bus);
    const drain = new Drain(log, settings.LINEWATCH_DRAIN_SECONDS * 1000);
    const wheel = new TimerWheel(clock, { onError: (err) => floodLog.error('timer', 'a timer failed', { err }) });
    const health = new Health();
    const debug = new DebugTap(bus, clock);
    await debug.start();
    drain.on('close', 'debug', () => debug.stop());
    let tells = (): ServiceInfo => ({});
    const context: ServiceContext<S> = {
      name,
      instance,
      id: `${name}-${instance}`,
      settings,
      bus,
      config,
      clock,
      wheel,
      log,
      floodLog,
      metrics,
      health,
      drain,
      stop: hooks.stop ?? ((reason) => log.error({ reason }, 'the service asks to be stopped')),
      debug,
      tells: (more) => (tells = more),
    };
    health.check('nats', async () => ({ ok: true, detail: `rtt ${(await bus.ping()).toFixed(1)} ms` }));
    metrics.collectProcess();
    busMetrics(metrics, bus);
    metrics.gauge('config_revision', 'Sequence in CONFIG of the configuration that runs', () => config.revision());
    const { app, strategy } = await createApp(context, await definition.module(context));
    // Registered last, so that it stops first within its step.
    drain.on('accept', 'questions', () => strategy.stop());
    drain.on('finish', 'answers', () => strategy.finished());
    await app.startAllMicroservices();
    await app.listen(settings.LINEWATCH_HTTP_PORT, settings.LINEWATCH_HTTP_BIND);
    const httpPort = portOf(app);
    health.started();
    const { who, reload } = await answerForProcess(
      bus,
      context.id,
      infoOf(context, () => tells()),
      context.stop,
    );
    drain.on('accept', 'orders to the process', () => reload.stop());
    // It tells that it drains as long as it does.
    drain.on('close', 'questions about the process', () => who.stop());
    log.info({ http: `${settings.LINEWATCH_HTTP_BIND}:${httpPort}`, revision: config.revision() }, 'ready');
    let stopping: Promise<boolean> | undefined;
    return { context, app, httpPort, stop: () => (stopping ??= stopService(context, app)) };
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/**
 * The whole life of a service process: settings from the environment, waiting for NATS, streams, configuration, Nest,
 * then until SIGTERM or SIGINT, and a clean stop. Exit code 0 after a clean stop, 1 after a failure, 2 for settings.
 */
export async function runService<S extends SettingsShape = Record<never, never>>(
  definition: ServiceDefinition<S>,
): Promise<void> {
  const starting = new AbortController();
  let service: RunningService<S> | undefined;
  let asked = false;
  const stop = (reason: string): void => {
    // Asked twice: the operator does not want to wait.
    if (asked) process.exit(1);
    asked = true;
    starting.abort(new Error(reason));
    if (service) void finish(service, reason);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => die(definition.name, service?.context.log, error));
  try {
    service = await startService(definition, process.env, { signal: starting.signal, stop });
  } catch (error) {
    if (asked) process.exit(0);
    if (error instanceof SettingsError) {
      process.stderr.write(`${definition.name}: ${error.message}\n`);
      process.exit(2);
    }
    die(definition.name, undefined, error);
  }
  if (asked && service) void finish(service, 'asked while starting');
}

async function finish<S extends SettingsShape>(service: RunningService<S>, reason: string): Promise<never> {
  service.context.log.info({ reason }, 'stopping');
  const clean = await service.stop();
  service.context.log.info({ clean }, 'stopped');
  process.exit(clean ? 0 : 1);
}

function die(name: string, log: Logger | undefined, error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (log) log.fatal({ err: error }, 'a mistake of ours ends this process');
  else process.stderr.write(`${name}: ${text}\n`);
  process.exit(1);
}

async function ensureStreamsWhenUp<S extends SettingsShape>(
  bus: NatsBus,
  settings: Settings<S>,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let first = true; ; first = false) {
    signal?.throwIfAborted();
    try {
      return await bus.ensureStreams(streamSettings(settings));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      if (first) log.warn({ reason: error.message }, 'waiting for JetStream');
      await new Promise((resolve) => setTimeout(resolve, STREAMS_RETRY_MS));
    }
  }
}

async function createApp<S extends SettingsShape>(
  context: ServiceContext<S>,
  own: DynamicModule,
): Promise<{ app: INestApplication; strategy: BusStrategy }> {
  class ServiceRoot {}
  const root: DynamicModule = {
    module: ServiceRoot,
    imports: [own],
    controllers: [OpsController],
    providers: [
      { provide: HEALTH, useValue: context.health },
      { provide: METRICS, useValue: context.metrics },
    ],
  };
  const app = await NestFactory.create(root, { logger: nestLogger(context.log), abortOnError: false });
  const strategy = new BusStrategy(context.bus, context.name, context.id);
  app.useGlobalFilters(new AnswerFilter(app.getHttpAdapter()));
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
  return { app, strategy };
}

async function stopService<S extends SettingsShape>(
  context: ServiceContext<S>,
  app: INestApplication,
): Promise<boolean> {
  context.health.draining();
  context.drain.on('close', 'http', () => app.close());
  const clean = await context.drain.run();
  context.config.stop();
  context.wheel.close();
  // Last: everything before may still have to say something.
  await context.bus.close();
  return clean;
}

/** What `lw.ask.show.processes` is answered. */
function infoOf<S extends SettingsShape>(
  { id, name, clock, config, debug, health, drain }: ServiceContext<S>,
  tells: () => ServiceInfo,
): () => Promise<ProcessInfo> {
  const usage = new ProcessUsage();
  drain.on('close', 'usage', () => usage.stop());
  const since = clock.now();
  return async () => {
    const { checks } = await health.ready(LOOK_MS);
    const failing = Object.entries(checks).filter(([check, { ok }]) => check !== 'process' && !ok);
    return {
      id,
      service: name,
      host: hostname(),
      pid: process.pid,
      since,
      revision: config.revision(),
      version: VERSION,
      node: process.version,
      memory: process.memoryUsage.rss(),
      cpu: usage.percent(),
      state: health.phase,
      debugging: debug.shells,
      failing: Object.fromEntries(failing.map(([check, { detail = '' }]) => [check, detail.slice(0, 1024)])),
      ...tells(),
    };
  };
}

function portOf(app: INestApplication): number {
  const address = (app.getHttpServer() as { address(): unknown }).address();
  return typeof address === 'object' && address !== null ? (address as { port: number }).port : 0;
}

function logReport(log: RateLimitedLog, report: BusReport): void {
  const { what, ...fields } = report;
  const level = what === 'reconnected' || what === 'follow-restarted' ? 'info' : 'warn';
  log[level](`bus ${what}`, `bus: ${what}`, fields);
}
