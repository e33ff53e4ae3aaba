import { type Completion, type HelpLine, commandHelp, complete, completeCommand, help } from '@linewatch/config';
import { type SessionState } from './session-state';

/** `?` and TAB at the prompt of a session: those of EXEC, of configuration, and of EXEC behind `do`. */

const DO_HELP: HelpLine = { token: 'do', help: 'To run exec commands in config mode' };

/** What may stand behind a beginning of a line; empty when it means nothing. */
export function helpRows(state: SessionState, before: string): HelpLine[] {
  const { path, setting, running } = state;
  if (path === undefined) return commandHelp(treeOf(state), before, setting);
  const exec = execPartOf(before);
  if (exec !== undefined) return commandHelp(setting.trees.privileged, exec, setting);
  const rows = help(running, path, before, setting);
  if (!/^\s*(d|do)?$/.test(before)) return rows;
  const order = (one: HelpLine, other: HelpLine): number => (one.token < other.token ? -1 : 1);
  return [...rows, DO_HELP].sort(order);
}

/** What TAB makes of a line. */
export function completionOf(state: SessionState, text: string): Completion {
  const { path, setting, running } = state;
  if (path === undefined) return completeCommand(treeOf(state), text, setting);
  const exec = execPartOf(text);
  if (exec === undefined) return complete(running, path, text, setting);
  const { line, candidates } = completeCommand(setting.trees.privileged, exec, setting);
  // `do` was hidden from the grammar behind blanks.
  return { line: text.slice(0, text.length - exec.trimStart().length) + line.trimStart(), candidates };
}

/** A line behind `do`, its words where they stand in the line; undefined when it does not begin so. */
export function execPartOf(line: string): string | undefined {
  return /^\s*do\s/.test(line) ? line.replace('do', '  ') : undefined;
}

/** The commands that are there at the level of the session. */
export function treeOf({ setting, level }: SessionState) {
  return level === 'user' ? setting.trees.user : setting.trees.privileged;
}
