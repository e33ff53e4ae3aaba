/** The process of those who misbehave: this program once more, told by messages when to begin and to stop. */
import { fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Abuse, AbuseOptions } from './abuse-options';
import { type AbuserCounts, abuserOf } from './abusers';
import type { Endpoint } from './fleet';

/** Its argument, before what it needs to know as JSON. */
const FLAG = '--abuser';

/** The abusers, from the process that measures. */
export interface AbuserHandle {
  start(): Promise<void>;
  stop(): Promise<AbuserCounts>;
  end(): Promise<void>;
}

/** Whether this process is to be the abuser; then it is from now on. */
export function becameAbuser(args: readonly string[]): boolean {
  if (args[0] !== FLAG) return false;
  const { abuse, options, target } = JSON.parse(args[1] ?? '') as { abuse: Abuse; options: AbuseOptions; target: Endpoint }; // prettier-ignore
  const abuser = abuserOf(abuse, options, target);
  process.on('message', (wanted) => {
    (wanted === 'start' ? abuser.start() : abuser.stop()).then(
      (counts) => process.send?.({ counts: counts ?? {} }),
      (error: Error) => process.send?.({ error: error.message }),
    );
  });
  process.on('disconnect', () => process.exit());
  return true;
}

export function startAbuser(abuse: Abuse, options: AbuseOptions, target: Endpoint): AbuserHandle {
  const child = fork(process.argv[1] ?? '', [FLAG, JSON.stringify({ abuse, options, target })]);
  // Abusers have machines of their own: what they compute must not take the cores of those who are measured.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const tell = (what: 'start' | 'stop'): Promise<AbuserCounts> =>
    new Promise((resolve, reject) => {
      const over = () => reject(new Error('the process of the abusers ended'));
      child.once('exit', over);
      child.once('message', (answer: { counts?: AbuserCounts; error?: string }) => {
        child.off('exit', over);
        if (answer.error === undefined) resolve(answer.counts ?? {});
        else reject(new Error(answer.error));
      });
      child.send(what);
    });
  return {
    start: async () => void (await tell('start')),
    stop: () => tell('stop'),
    end: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}
