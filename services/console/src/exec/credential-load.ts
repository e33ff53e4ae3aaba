import { UnavailableError } from '@linewatch/bus';
import {
  loadCredentialsReplySchema,
  type LoadCredentialsReply,
  type LoadCredentialsRequest,
} from '@linewatch/presence';
import { ConsoleError, printable } from '../console-io';
import type { ExecCommand } from './exec-command';

/** A server may take its time to send a file, and a load before this one as well. */
const ASK_MS = 30_000;

/** `credential load <tag>`: reads a file of `authenticate credential` again [cme-presence 2.7]. */
export const credentialLoad: ExecCommand = {
  pattern: 'credential load (1-5)$tag',
  help: ['Files of user names and passwords', 'Load a file again', 'Number of the file'],
  level: 'privileged',
  does: {
    kind: 'work',
    work: async ({ system: { bus } }, args) => {
      const tag = args.number('tag');
      const question: LoadCredentialsRequest = { tag };
      try {
        const reply = await bus.ask(bus.subjects.ask('credentials'), question, { timeoutMs: ASK_MS, attempts: 1 });
        return saidOf(tag, loadCredentialsReplySchema.parse(reply));
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        throw new ConsoleError('No console service answers; it is the one that loads credential files.');
      }
    },
  },
};

/** @throws ConsoleError when nothing was loaded */
function saidOf(tag: number, { result, location, pairs, problems }: LoadCredentialsReply): string {
  const lines = problems.map((problem) => `${printable(problem)}\n`).join('');
  const count = pairs === 1 ? '1 pair' : `${pairs} pairs`;
  switch (result) {
    case 'none':
      throw new ConsoleError(`There is no "authenticate credential ${tag}" in the configuration.`);
    case 'kept':
      throw new ConsoleError(
        `${printable(location)} was not loaded:\n${lines}` +
          (pairs > 0 ? `What was loaded before still counts: ${count}.` : 'Nobody can pass by it.'),
      );
    case 'loaded':
      return `Loading ${printable(location)}\n${lines}[OK - ${count}]\n`;
  }
}
