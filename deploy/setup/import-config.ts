/**
 * Takes a startup configuration over into stream CONFIG, before any service starts. A helper of `npm start` and of the
 * compose file:
 *
 *     node import-config.cjs <file> [--explicit] [--json]
 *
 * Without `--explicit` only when the stream holds no configuration yet. Reports every line that has no effect. With
 * `--json` prints one `ImportReport`. Ends with code 1 when NATS cannot be reached or the file cannot be read.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connectBus } from '@linewatch/bus';
import { RunningConfig, importStartupConfig, readSettings, streamSettings } from '@linewatch/runtime';

/** What came of it. */
export interface ImportReport {
  /** The revision it made; absent when nothing was taken over. */
  readonly revision?: number;
  readonly skipped?: 'stream-not-empty' | 'no-difference';
  /** Lines of the file that have no effect, in order, as a person reads them; some have several rows. */
  readonly complaints: readonly string[];
  /** `source-address` of the configuration that runs now. */
  readonly sourceAddress?: { readonly host: string; readonly port: number };
  /** `ip source-address` of telephony-service. */
  readonly sccpSourceAddress?: { readonly host: string; readonly port: number };
}

const WITHIN_MS = 20_000;
const RETRY_MS = 250;

async function takeOver(file: string, explicit: boolean): Promise<ImportReport> {
  const text = readFileSync(file, 'utf8');
  const settings = readSettings(process.env, {});
  const bus = await connectBus({
    servers: settings.LINEWATCH_NATS_URL,
    service: 'startup',
    source: '/startup',
    prefix: settings.LINEWATCH_PREFIX,
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  try {
    await untilAnswered(() => bus.ensureStreams(streamSettings(settings)));
    const platformMaximum = settings.LINEWATCH_PLATFORM_MAXIMUM;
    const running = new RunningConfig({ platformMaximum });
    await running.start(bus);
    const { revision, skipped, errors, unknown } = await importStartupConfig(bus, running, {
      text,
      explicit,
      platformMaximum,
    });
    if (revision !== undefined) await applied(running, revision);
    running.stop();
    const complaints =
      skipped === 'stream-not-empty'
        ? []
        : [
            ...errors.map(({ line, message }) => ({ line, says: `has no effect:\n${message}` })),
            ...unknown.map(({ line, text: command }) => ({ line, says: `is kept without effect: ${command.trim()}` })),
          ];
    const { voiceRegisterGlobal, telephonyService } = running.current();
    const { sourceAddress } = voiceRegisterGlobal;
    const sccp = telephonyService.sourceAddress;
    return {
      ...(revision !== undefined && { revision }),
      ...(skipped && { skipped }),
      complaints: complaints.sort((a, b) => a.line - b.line).map(({ line, says }) => `${file}:${line} ${says}`),
      ...(sourceAddress && { sourceAddress }),
      ...(sccp && { sccpSourceAddress: { host: sccp.host, port: sccp.port } }),
    };
  } finally {
    await bus.close();
  }
}

/** JetStream serves a moment after the server accepts connections. */
async function untilAnswered(step: () => Promise<void>): Promise<void> {
  const end = performance.now() + WITHIN_MS;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if ((error as Error).name !== 'UnavailableError' || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function applied(running: RunningConfig, revision: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = running.onChange((_next, _previous, at) => {
      if (at < revision) return;
      stop();
      resolve();
    });
    if (running.revision() >= revision) {
      stop();
      resolve();
    }
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { explicit: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const [file] = positionals;
  if (file === undefined) throw new Error('name the configuration file');
  const report = await takeOver(file, values.explicit ?? false);
  if (values.json) return void process.stdout.write(`${JSON.stringify(report)}\n`);
  for (const complaint of report.complaints) console.error(complaint);
  console.log(report.revision === undefined ? `nothing taken over: ${report.skipped}` : `revision ${report.revision}`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
