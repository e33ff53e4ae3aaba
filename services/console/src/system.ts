import {
  type BusSettings,
  type NatsBus,
  type BusReport,
  RejectedError,
  UnavailableError,
  connectBus,
  makeSubjects,
  withoutSecrets,
} from '@linewatch/bus';
import { DEFAULT_PLATFORM_MAXIMUM } from '@linewatch/config';
import { ConsoleError, type ConsoleIo, exitCodes, printable } from './console-io';

/** How long NATS may take to accept us. */
const CONNECT_MS = 3000;
/** Reports of the bus that an operator can do nothing with, or that an error says already. */
const SILENT: readonly BusReport['what'][] = ['follow-restarted'];

/** Different lines that one loss of the connection may cause. */
const MOST_SAID = 20;

/** The running system, as a command sees it. */
export interface System {
  readonly bus: NatsBus;
  /** The highest tag of a directory number or pool there. */
  readonly platformMaximum: number;
}

/**
 * Connects to the system that the environment names, does the work, and disconnects.
 * @throws ConsoleError when there is no system, with what to do about it
 */
export async function withSystem<T>(io: ConsoleIo, work: (system: System) => Promise<T>): Promise<T> {
  const { servers, prefix, platformMaximum } = readEnvironment(io.env);
  let connected = false;
  const said = new Set<string>();
  const report = ({ what, reason }: BusReport): void => {
    if (what === 'reconnected') said.clear();
    // What a failure says again and again is said once.
    if (!connected || SILENT.includes(what) || said.has(reason) || said.size > MOST_SAID) return;
    said.add(reason);
    io.stderr.write(`linewatch: ${printable(reason)}\n`);
  };
  const bus = await connectInTime(servers, prefix, report);
  try {
    await expectSystem(bus, servers, prefix);
    connected = true;
    return await work({ bus, platformMaximum });
  } finally {
    connected = false;
    await bus.close();
  }
}

function readEnvironment(env: NodeJS.ProcessEnv): { servers: string; prefix: string; platformMaximum: number } {
  const servers = env['LINEWATCH_NATS_URL'];
  if (!servers)
    throw new ConsoleError(
      'No system is running here. Start one with "npm start", or set LINEWATCH_NATS_URL to the NATS of one that runs.',
    );
  const platformMaximum = Number(env['LINEWATCH_PLATFORM_MAXIMUM'] || DEFAULT_PLATFORM_MAXIMUM);
  if (!Number.isInteger(platformMaximum) || platformMaximum < 1)
    throw new ConsoleError('LINEWATCH_PLATFORM_MAXIMUM must be a number of 1 or more.', exitCodes.usage);
  return { servers, prefix: env['LINEWATCH_PREFIX'] || 'lw', platformMaximum };
}

async function connectInTime(servers: string, prefix: string, report: (report: BusReport) => void): Promise<NatsBus> {
  let lastReason = '';
  const giveUp = new AbortController();
  const connecting = connect({
    servers,
    service: 'console',
    source: '/console',
    prefix,
    report: (said) => {
      lastReason = said.reason;
      report(said);
    },
    signal: giveUp.signal,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      giveUp.abort();
      const detail = lastReason.split(': ').at(-1);
      reject(
        new ConsoleError(
          `NATS at ${withoutSecrets(servers)} cannot be reached${detail ? ` (${detail})` : ''}. ` +
            'Is the system up ("npm start"), and LINEWATCH_NATS_URL right?',
        ),
      );
    }, CONNECT_MS);
  });
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    connecting.then((bus) => bus.close()).catch(() => undefined);
    if (error instanceof RangeError) throw new ConsoleError(error.message, exitCodes.usage);
    throw error instanceof ConsoleError ? error : new ConsoleError((error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

async function connect(settings: BusSettings): Promise<NatsBus> {
  // A wrong prefix is found before there is a connection that somebody would have to close.
  makeSubjects(settings.prefix);
  return connectBus(settings);
}

/** A server without our streams would be waited for for ever. */
async function expectSystem(bus: NatsBus, servers: string, prefix: string): Promise<void> {
  const where = `NATS at ${withoutSecrets(servers)}`;
  try {
    await bus.lastSequence('CONFIG');
  } catch (error) {
    if (error instanceof RejectedError)
      throw new ConsoleError(
        `There is no system with the prefix "${prefix}" on ${where}. Start it with "npm start", or set LINEWATCH_PREFIX.`,
      );
    if (error instanceof UnavailableError)
      throw new ConsoleError(`${where} is up, but its JetStream does not answer: ${error.message}`);
    throw error;
  }
}
