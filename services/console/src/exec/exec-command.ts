import type { Args } from '@linewatch/config';
import type { DebugWish } from '@linewatch/presence';
import type { RunningConfig } from '@linewatch/runtime';
import type { Step, SessionState } from '../shell/session-state';
import type { System } from '../system';

/** A command of user or privileged EXEC: what it looks like, what its words mean, and what it does. */
export interface ExecCommand {
  /** See `Element` in libs/config for the language of patterns. */
  readonly pattern: string;
  /** The `?` help, one text for each keyword and argument of the pattern. */
  readonly help: readonly string[];
  /** `user`: in both modes. */
  readonly level: 'user' | 'privileged';
  readonly does: SessionAction | ShowAction | WorkAction;
}

/** Changes the session alone. */
export interface SessionAction {
  readonly kind: 'session';
  run(state: SessionState, args: Args): Step;
}

/** Looks something up and prints it; may be filtered, paged and printed as JSON. */
export interface ShowAction {
  readonly kind: 'show';
  show(world: World, args: Args): Promise<Shown> | Shown;
}

/** Does something to the system. */
export interface WorkAction {
  readonly kind: 'work';
  /** Asked first; nothing when it may go ahead. */
  question?(args: Args): Question | undefined;
  /** @returns what to print at the end, with its line feed */
  work(world: World, args: Args, tell: (text: string) => void): Promise<string>;
}

/** `confirm`: one key, return or y goes ahead; `yes-no`: a line, and anything but yes does not. */
export interface Question {
  readonly style: 'confirm' | 'yes-no';
  readonly text: string;
}

/** What a show command found. */
export interface Shown {
  /** As IOS lays it out; ends with a line feed. */
  readonly text: string;
  /** The same as data, for `| json`. */
  readonly json: unknown;
}

/** What commands act upon. */
export interface World {
  readonly system: System;
  /** Follows CONFIG. */
  readonly running: RunningConfig;
  /** Who is at the terminal, as changes are signed. */
  readonly author: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** What this shell debugs. */
  readonly debugging: DebugWish;
  /** Fires when the operator does not want to wait any more. */
  readonly signal: AbortSignal;
}
