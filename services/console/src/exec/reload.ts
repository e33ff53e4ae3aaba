import { AnswerError, UnavailableError } from '@linewatch/bus';
import { runningProcesses } from '@linewatch/runtime';
import { ConsoleError } from '../console-io';
import type { ExecCommand, World } from './exec-command';

/** How long a process may take to stop and to serve again. */
const BACK_WITHIN_MS = 60_000;
const ASK_MS = 2000;
/** How long processes are listened for first: one that is busy shall not be passed over. */
const LIST_MS = 2000;

/**
 * `reload`: every process is started again, one after the other, so that phones are served all the time; records stay
 * [cme-presence 4.9]. Consoles come last: the session that asked may be in one of them.
 */
export const reload: ExecCommand = {
  pattern: 'reload',
  help: ['Halt and perform a cold restart: every process in turn'],
  level: 'privileged',
  does: {
    kind: 'work',
    question: () => ({ style: 'confirm', text: 'Proceed with reload? [confirm]' }),
    work: async (world, _args, tell) => {
      const all = await runningProcesses(world.system.bus, LIST_MS);
      const isConsole = ({ id }: { id: string }): boolean => id.startsWith('console-');
      const inTurn = [...all.filter((one) => !isConsole(one)), ...all.filter(isConsole)];
      if (inTurn.length === 0) throw new ConsoleError('No process answers.');
      for (const { id, since, pid } of inTurn) {
        tell(`${id} `);
        await startAgain(world, id, (one) => one.since !== since || one.pid !== pid);
        tell('[OK]\n');
      }
      return '';
    },
  },
};

async function startAgain(
  { system: { bus }, now }: World,
  id: string,
  isNew: (one: { since: number; pid: number }) => boolean,
): Promise<void> {
  try {
    await bus.ask(bus.subjects.askEdge(id, 'reload'), {}, { timeoutMs: ASK_MS, attempts: 1 });
  } catch (error) {
    // It may have stopped before its answer left.
    if (!(error instanceof UnavailableError || error instanceof AnswerError)) throw error;
  }
  const end = now() + BACK_WITHIN_MS;
  while (!(await runningProcesses(bus)).some((one) => one.id === id && isNew(one)))
    if (now() > end) throw new ConsoleError(`${id} does not answer again; nothing else was restarted.`);
}
