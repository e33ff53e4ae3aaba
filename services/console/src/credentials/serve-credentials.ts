import { AnswerError } from '@linewatch/bus';
import { loadCredentialsRequestSchema } from '@linewatch/presence';
import { isTransient, Rounds, type ServiceContext } from '@linewatch/runtime';
import { MAX_CREDENTIAL_FILE_BYTES } from './credential-file';
import { CredentialLoader } from './credential-loader';
import { fetchFile } from './fetch-file';

/** How long a server may take to send a file. */
const FETCH_MS = 5_000;
/** How often a file is looked for again that was never loaded. */
const AGAIN_MS = 60_000;

type Context = Pick<ServiceContext, 'bus' | 'config' | 'drain' | 'floodLog' | 'metrics'>;

/**
 * Has credential files loaded: at the start, at each change of the configuration that concerns them, and when
 * `lw.ask.credentials` asks for it.
 * @param flash the folder that `flash:` stands for
 */
export async function serveCredentials(
  { bus, config, drain, floodLog, metrics }: Context,
  flash: string,
): Promise<void> {
  const loader = new CredentialLoader({
    bus,
    config,
    fetch: (location) => fetchFile(location, flash, { most: MAX_CREDENTIAL_FILE_BYTES, withinMs: FETCH_MS }),
    loads: metrics.counters('credential_loads_total', 'Loads of credential files by their result', 'result'),
    log: floodLog,
  });
  let isFirst = true;
  const rounds = new Rounds(
    () => {
      const work = isFirst ? loader.loadAll() : loader.loadMissing();
      isFirst = false;
      return work;
    },
    {
      everyMs: AGAIN_MS,
      onError: (err) => floodLog.warn('credentials', 'credential files could not be shared', { err }),
    },
  );
  rounds.start();
  drain.on('pull', 'credential files', () => rounds.stop());
  const stopWatching = config.onChange((next, previous) => {
    loader.changed(next, previous).catch((err: unknown) => {
      // The next round looks for what is missing.
      floodLog.warn('credentials', 'credential files could not be shared', { err });
    });
  });
  drain.on('pull', 'changes of credential files', stopWatching);
  const answering = await bus.answer(bus.subjects.ask('credentials'), 'console', async (body) => {
    const request = loadCredentialsRequestSchema.safeParse(body);
    if (!request.success) throw new AnswerError('bad-request', request.error.message);
    try {
      return await loader.load(request.data.tag);
    } catch (error) {
      if (isTransient(error)) throw new AnswerError('unavailable', (error as Error).message);
      throw error;
    }
  });
  drain.on('accept', 'questions about credential files', () => answering.stop());
}
