import {
  type Args,
  type CommandTree,
  type Config,
  type LanguageOptions,
  type ModePath,
  promptOf,
} from '@linewatch/config';
import type { DebugWish } from '@linewatch/presence';
import type { ExecCommand, Question, Shown } from '../exec/exec-command';
import { NO_DEBUGGING } from './debugging';
import type { Key } from './keys';
import { type Editor, emptyEditor } from './line-editor';
import { type LineView, emptyView } from './line-view';
import type { OutputFilter } from './output-filter';

/** A session of one operator as data: what it is doing, and everything it remembers. */
export interface SessionState {
  readonly setting: SessionSetting;
  /** The running configuration as far as it was heard of. */
  readonly running: Config;
  readonly level: 'user' | 'privileged';
  /** Where configuration commands are given; absent: in EXEC. */
  readonly path?: ModePath;
  readonly waiting: Waiting;
  readonly editor: Editor;
  /** What of the line stands on the screen. */
  readonly view: LineView;
  /** Earlier lines, oldest first. */
  readonly history: readonly string[];
  readonly terminal: Terminal;
  /** What the operator debugs. */
  readonly debugging: DebugWish;
  /** Messages that wait until the operator is at a prompt again. */
  readonly held: readonly string[];
  /** Older ones for which there was no room. */
  readonly heldOut: number;
  /** Lines that were refused or failed: the exit status of a script. */
  readonly failures: number;
}

/** What does not change during a session. */
export interface SessionSetting extends LanguageOptions {
  readonly trees: { readonly user: CommandTree<ExecCommand>; readonly privileged: CommandTree<ExecCommand> };
  /** A person at a terminal: prompts, echo and paging. Else a script, whose lines come as `line`. */
  readonly interactive: boolean;
  /** May enable freely while there is no secret: who is on the machine itself. */
  readonly trusted: boolean;
}

export interface Terminal {
  /** Rows of a screen; 0: no paging. */
  readonly length: number;
  readonly width: number;
  /** Prints what happens in the system. */
  readonly monitor: boolean;
}

/** Where nobody says otherwise. */
export const DEFAULT_TERMINAL: Terminal = { length: 24, width: 80, monitor: false };

/** What the next input is for. */
export type Waiting =
  | { readonly kind: 'line' }
  | { readonly kind: 'password'; readonly typed: string; readonly tries: number }
  | { readonly kind: 'answer'; readonly question: Question; readonly typed: string; readonly line: string; readonly proceed: Effect }
  | { readonly kind: 'more'; readonly left: readonly string[] }
  /** Something that the shell around carries out. */
  | { readonly kind: 'work'; readonly line: string; readonly filter?: OutputFilter; readonly tries?: number }; // prettier-ignore

export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  /** A line of a script. */
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'running'; readonly config: Config }
  | { readonly kind: 'resized'; readonly length: number; readonly width: number }
  /** Something to print before the work is done. */
  | { readonly kind: 'told'; readonly text: string }
  /** A line for who monitors. */
  | { readonly kind: 'happened'; readonly text: string }
  /** Lines of what is debugged. */
  | { readonly kind: 'debugged'; readonly text: string }
  | Answer;

/** How work ended. */
export type Answer =
  | { readonly kind: 'shown'; readonly shown: Shown }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'verified'; readonly isRight: boolean }
  | {
      readonly kind: 'configured';
      /** Where the next line is given; absent: configuration was left. */
      readonly path?: ModePath;
      /** As `Refusal.text`. */
      readonly refusal?: { readonly isInvalid: boolean; readonly text: string };
      /** What the command prints, with its line feeds. */
      readonly said?: string;
    };

/** What the shell around has to do. */
export type Effect =
  | { readonly kind: 'write'; readonly text: string; readonly to: 'out' | 'err' }
  | { readonly kind: 'run'; readonly command: ExecCommand; readonly args: Args }
  | { readonly kind: 'configure'; readonly path: ModePath; readonly line: string }
  | { readonly kind: 'verify'; readonly password: string }
  | { readonly kind: 'monitor'; readonly on: boolean }
  | { readonly kind: 'debug'; readonly wish: DebugWish }
  /** Ends the work that is going on, if it can be ended. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'close'; readonly status: number };

/** Something is going on: keys and lines wait until it has ended, Ctrl-C alone does not. */
export function isBusy({ waiting }: SessionState): boolean {
  return waiting.kind === 'work';
}

export interface Step {
  readonly state: SessionState;
  readonly effects: readonly Effect[];
}

/** A session that begins at its first prompt. */
export function newSession(
  setting: SessionSetting,
  given: { running: Config; level: 'user' | 'privileged'; terminal: Terminal },
): SessionState {
  return {
    setting,
    ...given,
    waiting: { kind: 'line' },
    editor: emptyEditor,
    view: emptyView,
    history: [],
    debugging: NO_DEBUGGING,
    held: [],
    heldOut: 0,
    failures: 0,
  };
}

/** `Router>`, `Router#`, `Router(config-presence)#`. */
export function promptText({ running, level, path, setting }: SessionState): string {
  if (path !== undefined) return `${running.hostname}(${promptOf(path, setting)})#`;
  return `${running.hostname}${level === 'user' ? '>' : '#'}`;
}

export function write(text: string, to: 'out' | 'err' = 'out'): Effect {
  return { kind: 'write', text, to };
}
