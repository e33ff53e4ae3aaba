import type { ReadStream } from 'node:tty';
import { type ConsoleIo, exitCodes } from '../console-io';
import { userOf } from '../commands/configure';
import { execTrees } from '../exec/exec-commands';
import { withRunningConfig } from '../running-configuration';
import { withSystem } from '../system';
import { startMonitor } from './monitor';
import { DEFAULT_TERMINAL, newSession } from './session-state';
import { TerminalSession } from './terminal-session';

/** The shell at this machine: at a terminal with prompts, else as a script from stdin. @returns the exit code */
export async function runLocalShell(io: ConsoleIo): Promise<number> {
  const terminal = terminalOf(io);
  return withSystem(io, (system) =>
    withRunningConfig(io, system, async (running) => {
      const session = new TerminalSession(
        newSession(
          { ...system, trees: execTrees, interactive: terminal !== undefined, trusted: true },
          {
            running: running.current(),
            level: 'user',
            terminal: { ...DEFAULT_TERMINAL, ...terminal?.size() },
          },
        ),
        {
          input: io.stdin,
          output: io.stdout,
          errors: io.stderr,
          world: { system, running, author: userOf(io.env), now: io.now },
          monitor: (say) => startMonitor(system.bus, say),
        },
      );
      io.stopSignal().addEventListener('abort', () => session.dismiss('stopped'));
      const status = await (terminal ? terminal.hold(session) : session.follow());
      return status === 0 ? exitCodes.ok : exitCodes.failed;
    }),
  );
}

/** The terminal of this process; undefined when a person is not at both of its ends. */
function terminalOf({ stdin, stdout }: ConsoleIo) {
  const [input, output] = [stdin as ReadStream, stdout as NodeJS.WriteStream];
  if (!input.isTTY || !output.isTTY) return undefined;
  return {
    size: () => ({ length: output.rows, width: output.columns }),
    hold: async (session: TerminalSession): Promise<number> => {
      const resize = (): void => session.resize(output.rows, output.columns);
      output.on('resize', resize);
      input.setRawMode(true);
      try {
        return await session.interact();
      } finally {
        input.setRawMode(false);
        input.pause();
        output.off('resize', resize);
      }
    },
  };
}
