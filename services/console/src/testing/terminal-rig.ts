import { PassThrough } from 'node:stream';
import { execTrees } from '../exec/exec-commands';
import { startMonitor } from '../shell/monitor';
import { newSession } from '../shell/session-state';
import { TerminalSession } from '../shell/terminal-session';
import { MOMENT, type MemorySystem } from './memory-system';

/** A session at a terminal whose keys are given by name and whose screen is a text. */
export interface TerminalRig {
  readonly session: TerminalSession;
  /** All that was printed so far, a line feed for the end of a line. */
  screen(): string;
  /** Types text and `<KEY>`s, and waits until the session is ready for more. */
  type(keys: string): Promise<void>;
}

const KEYS: Record<string, string> = {
  TAB: '\t',
  ENTER: '\r',
  BS: '\x7f',
  DEL: '\x1b[3~',
  UP: '\x1b[A',
  DOWN: '\x1b[B',
  LEFT: '\x1b[D',
  RIGHT: '\x1b[C',
  HOME: '\x1b[H',
  END: '\x1b[F',
  SPACE: ' ',
  'ALT-B': '\x1bb',
  'ALT-F': '\x1bf',
  'ALT-D': '\x1bd',
};

export async function openTerminal(
  memory: MemorySystem,
  options: { trusted?: boolean; level?: 'user' | 'privileged'; author?: string; length?: number; width?: number } = {},
): Promise<TerminalRig> {
  if (memory.running.position() === 0) await memory.running.start(memory);
  const { trusted = true, level = 'user', author = 'ada', length = 24, width = 80 } = options;
  const [input, output] = [new PassThrough(), new PassThrough()];
  let screen = '';
  output.on('data', (bytes: Buffer) => (screen += bytes.toString()));
  const { system, running } = memory;
  const session = new TerminalSession(
    newSession(
      { ...system, trees: execTrees, interactive: true, trusted },
      { running: running.current(), level, terminal: { length, width, monitor: false } },
    ),
    {
      input,
      output,
      world: { system, running, author, now: () => MOMENT },
      monitor: (say) => startMonitor(memory as never, say),
    },
  );
  void session.interact();
  return {
    session,
    screen: () => screen.replaceAll('\r\n', '\n'),
    type: async (keys) => {
      for (const [, name, text] of keys.matchAll(/<([A-Z-]+)>|([^<]+|<)/g)) {
        const control = /^CTRL-([A-Z])$/.exec(name ?? '')?.[1];
        input.write(control ? String.fromCharCode(control.charCodeAt(0) - 64) : (KEYS[name ?? ''] ?? text ?? ''));
      }
      // What was written reaches the session, and what it prints the screen, a turn later each.
      for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await session.ready();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
