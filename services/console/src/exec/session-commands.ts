import { askPassword, finish } from '../shell/session';
import { atPrompt } from '../shell/session-screen';
import { type SessionState, write } from '../shell/session-state';
import type { ExecCommand } from './exec-command';

/** Commands of EXEC that change the session alone. */

const LENGTH = ['Set terminal line parameters', 'Set number of lines on a screen', 'Number of lines; 0 for no pausing'];
const WIDTH = ['Set terminal line parameters', 'Set width of the display terminal', 'Number of characters on a line'];
const EXIT = ['Exit from the EXEC'];

function session(
  pattern: string,
  help: readonly string[],
  level: ExecCommand['level'],
  run: Extract<ExecCommand['does'], { kind: 'session' }>['run'],
): ExecCommand {
  return { pattern, help, level, does: { kind: 'session', run } };
}

/** Without a secret, who is on the machine itself may enable freely; who comes over the network may not. */
function enable(state: SessionState) {
  const { running, setting, level } = state;
  if (level === 'privileged') return atPrompt(state);
  if (running.enableSecret !== undefined) return askPassword(state);
  if (setting.trusted) return atPrompt({ ...state, level: 'privileged' });
  return atPrompt({ ...state, failures: state.failures + 1 }, [write('% No password set\n', setting.interactive ? 'out' : 'err')]); // prettier-ignore
}

function monitor(state: SessionState, on: boolean) {
  const { state: at, effects } = atPrompt({ ...state, terminal: { ...state.terminal, monitor: on } });
  return { state: at, effects: [{ kind: 'monitor', on } as const, ...effects] };
}

export const sessionCommands: readonly ExecCommand[] = [
  session('enable', ['Turn on privileged commands'], 'user', enable),
  session('disable', ['Turn off privileged commands'], 'privileged', (state) => atPrompt({ ...state, level: 'user' })),
  session('exit', EXIT, 'user', finish),
  session('logout', EXIT, 'user', finish),
  session('quit', EXIT, 'user', finish),
  session('terminal length (0-512)$length', LENGTH, 'user', (state, args) =>
    atPrompt({ ...state, terminal: { ...state.terminal, length: args.number('length') } }),
  ),
  session('terminal width (20-512)$width', WIDTH, 'user', (state, args) =>
    atPrompt({ ...state, terminal: { ...state.terminal, width: args.number('width') } }),
  ),
  session(
    'terminal monitor',
    ['Set terminal line parameters', 'Copy what happens in the system to this terminal'],
    'privileged',
    (state) => monitor(state, true),
  ),
  session(
    'terminal no monitor',
    ['Set terminal line parameters', 'Negate a command or set its defaults', 'No more messages on this terminal'],
    'privileged',
    (state) => monitor(state, false),
  ),
  session('configure terminal', ['Enter configuration mode', 'Configure from the terminal'], 'privileged', (state) =>
    state.path === undefined
      ? atPrompt({ ...state, path: [] }, [
          write(state.setting.interactive ? 'Enter configuration commands, one per line.  End with CNTL/Z.\n' : ''),
        ])
      : atPrompt(state),
  ),
  session('show history', ['Show running system information', 'Display the session command history'], 'user', (state) =>
    atPrompt(state, [write(state.history.map((line) => `  ${line}\n`).join(''))]),
  ),
  session('show privilege', ['Show running system information', 'Show current privilege level'], 'user', (state) =>
    atPrompt(state, [write(`Current privilege level is ${state.level === 'user' ? 1 : 15}\n`)]),
  ),
];
