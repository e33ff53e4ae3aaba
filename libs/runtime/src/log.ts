import pino, { type DestinationStream, type Logger } from 'pino';
import type { LoggerService } from '@nestjs/common';
import type { Clock } from './clock';

export type { Logger };

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines on standard output: `ts level svc instance msg …` in one order, so that a person can read them too. */
export function createLogger(
  settings: { service: string; instance: string; level: LogLevel },
  destination?: DestinationStream,
): Logger {
  const options: pino.LoggerOptions = {
    level: settings.level,
    base: { svc: settings.service, instance: settings.instance },
    messageKey: 'msg',
    timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: pino.stdSerializers.err, cause: pino.stdSerializers.err },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Kinds of line that are counted apart; the rest share one place. */
const MOST_KINDS = 1024;

/**
 * Lets through a few lines of each kind per interval and counts the rest: a flood of refusals writes one line, not a
 * million [design law 7]. The next line of the kind tells how many were left out.
 */
export class RateLimitedLog {
  private readonly kinds = new Map<string, { since: number; count: number; left: number }>();

  constructor(
    private readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly most = 5,
    private readonly intervalMs = 10_000,
  ) {}

  info(kind: string, message: string, fields: object = {}): void {
    this.say('info', kind, message, fields);
  }

  warn(kind: string, message: string, fields: object = {}): void {
    this.say('warn', kind, message, fields);
  }

  error(kind: string, message: string, fields: object = {}): void {
    this.say('error', kind, message, fields);
  }

  private say(level: 'info' | 'warn' | 'error', kind: string, message: string, fields: object): void {
    const now = this.clock.monotonic();
    const key = this.kinds.has(kind) || this.kinds.size < MOST_KINDS ? kind : '';
    const seen = this.kinds.get(key);
    if (seen && now - seen.since < this.intervalMs) {
      if (seen.count >= this.most) return void seen.left++;
      seen.count++;
    } else this.kinds.set(key, { since: now, count: 1, left: 0 });
    this.logger[level]({ ...fields, ...(seen && seen.left > 0 && { leftOut: seen.left }) }, message);
    if (seen) seen.left = 0;
  }
}

/** Nest's own lines, through the same logger. */
export function nestLogger(logger: Logger): LoggerService {
  const context = (rest: readonly unknown[]): object => {
    const last = rest.at(-1);
    return typeof last === 'string' ? { nest: last } : {};
  };
  return {
    // What Nest says while it wires a module is of use to its developer only.
    log: (message: unknown, ...rest: unknown[]) => logger.debug(context(rest), String(message)),
    error: (message: unknown, ...rest: unknown[]) =>
      logger.error({ ...context(rest), detail: rest[0] }, String(message)),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn(context(rest), String(message)),
    debug: (message: unknown, ...rest: unknown[]) => logger.debug(context(rest), String(message)),
    verbose: (message: unknown, ...rest: unknown[]) => logger.trace(context(rest), String(message)),
    fatal: (message: unknown, ...rest: unknown[]) => logger.fatal(context(rest), String(message)),
  };
}
