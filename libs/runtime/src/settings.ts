import { type StreamSettings, defaultStreamSettings, streamNames } from '@linewatch/bus';
import { z } from 'zod';
import { logLevels } from './log';

/** What every process reads from its environment. Each variable has a description: it is what an error tells to do. */
const common = {
  LINEWATCH_NATS_URL: z
    .string()
    .regex(/^(nats|tls):\/\//)
    .describe('the NATS servers, as nats://host:4222, several with commas'),
  LINEWATCH_REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//)
    .describe('the Redis server, as redis://host:6379'),
  LINEWATCH_INSTANCE: z
    .string()
    .regex(/^[0-9A-Za-z-]{1,64}$/)
    .default('1')
    .describe('which copy of the service this is: letters, digits and "-", the same after a restart'),
  LINEWATCH_PREFIX: z
    .string()
    .regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$/)
    .default('lw')
    .describe('the first token of all subjects: 1 to 32 letters, digits, "-" or "_"'),
  LINEWATCH_HTTP_BIND: z.string().min(1).default('127.0.0.1').describe('the address of /health and /metrics'),
  LINEWATCH_HTTP_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(8080)
    .describe('the port of /health and /metrics: 0 to 65535, 0 for any free one'),
  LINEWATCH_LOG_LEVEL: z
    .enum(logLevels)
    .default('info')
    .describe(`how much is logged: one of ${logLevels.join(', ')}`),
  LINEWATCH_STREAM_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('copies of each stream: 1 for a single NATS server, 3 for a cluster'),
  LINEWATCH_STREAM_MAX_MIB: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_048_576)
    .default(1024)
    .describe('the bound of each large stream in MiB; NATS reserves about three and a half times as much on its disk'),
  LINEWATCH_PLATFORM_MAXIMUM: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000_000)
    .default(1_000_000)
    .describe('the highest tag of a directory number or pool'),
  LINEWATCH_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(10)
    .describe('how long each step of a clean stop may take'),
};

export type SettingsShape = Record<string, z.ZodType>;
export type CommonSettings = z.infer<z.ZodObject<typeof common>>;
export type Settings<S extends SettingsShape> = CommonSettings & z.infer<z.ZodObject<S>>;

/** A variable of the environment is missing or wrong; the message names each, one a line, and says what to write. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** @throws SettingsError */
export function readSettings<S extends SettingsShape>(env: NodeJS.ProcessEnv, own: S): Settings<S> {
  const shape: SettingsShape = { ...common, ...own };
  // An empty variable is one that was not set, as compose files write it.
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in shape && value !== ''));
  const read = z.object(shape).safeParse(given);
  if (read.success) return read.data as Settings<S>;
  const lines = [...new Set(read.error.issues.map((issue) => String(issue.path[0])))].map((name) => {
    const wanted = shape[name]?.description ?? 'a value of the right kind';
    const got = given[name];
    return got === undefined ? `Set ${name}: ${wanted}.` : `${name} is "${redacted(got)}"; write ${wanted}.`;
  });
  throw new SettingsError(lines.join('\n'));
}

function redacted(value: string): string {
  return value.replace(/\/\/[^@/,]*@/g, '//…@').slice(0, 200);
}

/** The streams that these settings ask for. */
export function streamSettings(settings: CommonSettings): StreamSettings {
  const most = settings.LINEWATCH_STREAM_MAX_MIB * 1024 * 1024;
  const maxBytes = { ...defaultStreamSettings.maxBytes };
  for (const name of streamNames) {
    const large = maxBytes[name] === defaultStreamSettings.maxBytes.LINES;
    maxBytes[name] = large ? most : Math.min(most, maxBytes[name]);
  }
  return { replicas: settings.LINEWATCH_STREAM_REPLICAS, maxBytes };
}
