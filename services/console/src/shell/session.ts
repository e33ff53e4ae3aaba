import { Args, formatHelp, matchCommand, questionOf } from '@linewatch/config';
import type { ExecCommand, Question } from '../exec/exec-command';
import type { Key } from './keys';
import { edit } from './line-editor';
import { redraw, viewOf } from './line-view';
import { type OutputFilter, filterOf, linesOf, printed } from './output-filter';
import { MORE, NO_MORE, page } from './pager';
import { completionOf, execPartOf, helpRows, treeOf } from './session-help';
import { again, atPrompt, bell, interrupt, newLine, refused, stay } from './session-screen';
import { type Answer, type Effect, type Input, type SessionState, type Step, promptText, write } from './session-state';

/** The operator's shell as a machine: an input in, the next state and what is to be done out. No clock, no socket. */

/** Lines that Ctrl-P goes back to. */
const MOST_HISTORY = 256;
const MOST_TRIES = 3;
const LONGEST_PASSWORD = 256;

type Asked = Extract<SessionState['waiting'], { kind: 'answer' }>;

/** The first prompt. */
export function begin(state: SessionState): Step {
  return atPrompt(state);
}

export function step(state: SessionState, input: Input): Step {
  switch (input.kind) {
    case 'key':
      return takeKey(state, input.key);
    case 'line':
      return takeScriptLine(state, input.line);
    case 'running':
      return { state: { ...state, running: input.config }, effects: [] };
    case 'resized':
      return { state: { ...state, terminal: { ...state.terminal, ...sizeOf(state, input) } }, effects: [] };
    case 'told':
      return { state, effects: [write(input.text)] };
    case 'happened':
      return state.terminal.monitor ? interrupt(state, input.text) : stay(state);
    case 'debugged':
      return interrupt(state, input.text);
    default:
      return takeAnswer(state, input);
  }
}

/** The end of a script, or of the connection. */
export function finish(state: SessionState): Step {
  return { state, effects: [{ kind: 'close', status: state.failures > 0 ? 1 : 0 }] };
}

/** `terminal length 0` stays when the window changes. */
function sizeOf({ terminal }: SessionState, { length, width }: { length: number; width: number }) {
  return { width, length: terminal.length === 0 ? 0 : length };
}

// Keys

function takeKey(state: SessionState, key: Key): Step {
  switch (state.waiting.kind) {
    case 'line':
      return takeLineKey(state, key);
    case 'password':
      return takePasswordKey(state, state.waiting, key);
    case 'answer':
      return takeAnswerKey(state, state.waiting, key);
    case 'more':
      return takeMoreKey(state, state.waiting.left, key);
    case 'work':
      return isAction(key, 'interrupt') ? { state, effects: [{ kind: 'cancel' }] } : stay(state);
  }
}

function takeLineKey(state: SessionState, key: Key): Step {
  const { editor } = state;
  if (key.kind === 'text' && key.text === '?' && !editor.literal) return showHelp(state);
  if (key.kind === 'text') return edited(state, key);
  switch (key.action) {
    case 'enter':
      return newLine(state, (at) => takeLine(at, editor.text));
    case 'tab':
      return completed(state);
    case 'interrupt':
      // In configuration mode IOS goes back to EXEC.
      return newLine(state, (at) => atPrompt({ ...at, path: undefined }));
    case 'end-mode':
      return newLine(state, (at) => atPrompt({ ...at, path: undefined }));
    case 'end-of-input':
      return editor.text === '' ? newLine(state, finish) : edited(state, key);
    case 'redraw':
      return again(state, editor.text);
    default:
      return edited(state, key);
  }
}

function edited(state: SessionState, key: Key): Step {
  const editor = edit(state.editor, key, state.history);
  if (editor === undefined) return bell(state);
  const view = viewOf(editor, promptText(state).length, state.terminal.width);
  const drawn = redraw(state.view, view);
  return { state: { ...state, editor, view }, effects: drawn === '' ? [] : [write(drawn)] };
}

function showHelp(state: SessionState): Step {
  const { text, cursor } = state.editor;
  const rows = helpRows(state, text.slice(0, cursor));
  const shown = rows.length > 0 ? formatHelp(rows) : '% Unrecognized command\n';
  const { state: after, effects } = again(state, text, [write(shown)]);
  return { state: after, effects: [write('?'), ...effects] };
}

/** As IOS: the line again below itself, its last word written out; a bell when it could be several or none. */
function completed(state: SessionState): Step {
  const { text, cursor } = state.editor;
  if (cursor < text.length) return bell(state);
  const { line, candidates } = completionOf(state, text);
  if (candidates.length === 0) return bell(state);
  const { state: after, effects } = again(state, line);
  return { state: after, effects: candidates.length === 1 ? effects : [write('\x07'), ...effects] };
}

// Lines

function takeScriptLine(state: SessionState, line: string): Step {
  switch (state.waiting.kind) {
    case 'password':
      return verify(state, line);
    case 'answer':
      return decide(
        state,
        state.waiting,
        /^\s*(y|yes)?\s*$/i.test(line) && (line.trim() !== '' || state.waiting.question.style === 'confirm'),
      );
    default:
      return takeLine(state, line);
  }
}

function takeLine(state: SessionState, line: string): Step {
  const text = line.trim();
  if (text === '' || text.startsWith('!')) return atPrompt(state);
  const history = state.history.at(-1) === line ? state.history : [...state.history, line].slice(-MOST_HISTORY);
  const remembering = { ...state, history };
  if (state.path === undefined) return exec(remembering, line, line, treeOf(state));
  const part = execPartOf(line);
  if (part !== undefined) return exec(remembering, line, part, state.setting.trees.privileged);
  const proceed: Effect = { kind: 'configure', path: state.path, line };
  const question = questionOf(state.path, line, state.setting);
  if (question !== undefined) return ask(remembering, { style: 'yes-no', text: `${question} ` }, line, proceed);
  return { state: { ...remembering, waiting: { kind: 'work', line } }, effects: [proceed] };
}

function exec(state: SessionState, line: string, part: string, tree: ReturnType<typeof treeOf>): Step {
  const match = matchCommand(tree, part, state.setting);
  if (match.kind === 'refused')
    return refused(state, line, { isInvalid: match.refusal === 'invalid', text: match.text });
  const { accepts: command, values } = match;
  const args = new Args(values);
  if (command.does.kind === 'session') return command.does.run(state, args);
  if (command.does.kind === 'show') {
    try {
      return run(state, line, command, args, filterOf(args));
    } catch {
      return refused(state, line, { isInvalid: false, text: '% Invalid regular expression.' });
    }
  }
  const question = command.does.question?.(args);
  if (question === undefined) return run(state, line, command, args);
  return ask(state, question, line, { kind: 'run', command, args });
}

/** Asks before something is done. */
function ask(state: SessionState, question: Question, line: string, proceed: Effect): Step {
  return {
    state: { ...state, waiting: { kind: 'answer', question, typed: '', line, proceed } },
    effects: state.setting.interactive ? [write(question.text)] : [],
  };
}

function run(state: SessionState, line: string, command: ExecCommand, args: Args, filter?: OutputFilter): Step {
  return {
    state: { ...state, waiting: { kind: 'work', line, ...(filter && { filter }) } },
    effects: [{ kind: 'run', command, args }],
  };
}

// Answers

function takeAnswer(state: SessionState, answer: Answer): Step {
  const { waiting } = state;
  const line = waiting.kind === 'work' ? waiting.line : '';
  switch (answer.kind) {
    case 'shown':
      return print(state, printed(answer.shown, waiting.kind === 'work' ? waiting.filter : undefined));
    case 'done':
      return print(state, answer.text);
    case 'failed':
      return refused(state, line, { isInvalid: false, text: `% ${answer.reason}` });
    case 'configured': {
      const { refusal, path, said } = answer;
      // The caret is below the prompt that the line was typed at.
      if (refusal) {
        const { state: after, effects } = refused(state, line, refusal);
        return path === undefined ? { state: { ...after, path: undefined }, effects } : { state: after, effects };
      }
      return atPrompt({ ...state, path }, said === undefined ? [] : [write(said)]);
    }
    case 'verified':
      return verified(state, answer.isRight);
  }
}

/** Prints a text, screen by screen. */
function print(state: SessionState, text: string): Step {
  if (text === '') return atPrompt(state);
  const { interactive } = state.setting;
  if (!interactive || state.terminal.length === 0) return atPrompt(state, [write(text)]);
  return more(state, linesOf(text), state.terminal.length - 1);
}

function more(state: SessionState, lines: readonly string[], rows: number): Step {
  const [now, later] = page(lines, rows, state.terminal.width);
  const text = now.map((line) => `${line}\n`).join('');
  if (later.length === 0) return atPrompt(state, [write(text)]);
  return { state: { ...state, waiting: { kind: 'more', left: later } }, effects: [write(text + MORE)] };
}

function takeMoreKey(state: SessionState, left: readonly string[], key: Key): Step {
  const rows = key.kind === 'text' && key.text === ' ' ? state.terminal.length - 1 : isAction(key, 'enter') ? 1 : 0;
  const { state: after, effects } = rows === 0 ? atPrompt(state) : more(state, left, rows);
  return { state: after, effects: [write(NO_MORE), ...effects] };
}

function takeAnswerKey(state: SessionState, waiting: Asked, key: Key): Step {
  if (isAction(key, 'interrupt')) return decide(state, waiting, false);
  if (waiting.question.style === 'confirm')
    return decide(state, waiting, isAction(key, 'enter') || (key.kind === 'text' && /^y$/i.test(key.text)));
  if (isAction(key, 'enter')) return decide(state, waiting, /^\s*y(es)?\s*$/i.test(waiting.typed));
  const typed = typedAfter(waiting.typed, key);
  if (typed === undefined) return bell(state);
  const drawn = typed.length > waiting.typed.length ? typed.slice(waiting.typed.length) : '\b \b';
  return { state: { ...state, waiting: { ...waiting, typed } }, effects: [write(drawn)] };
}

function decide(state: SessionState, { line, proceed }: Asked, goesAhead: boolean): Step {
  const { state: after, effects } = goesAhead
    ? { state: { ...state, waiting: { kind: 'work', line } as const }, effects: [proceed] }
    : atPrompt(state);
  return { state: after, effects: state.setting.interactive ? [write('\n'), ...effects] : effects };
}

// `enable`

/** Asks for the secret of privileged EXEC. */
export function askPassword(state: SessionState, tries = 1): Step {
  return {
    state: { ...state, waiting: { kind: 'password', typed: '', tries } },
    effects: state.setting.interactive ? [write('Password: ')] : [],
  };
}

function takePasswordKey(state: SessionState, waiting: { typed: string; tries: number }, key: Key): Step {
  if (isAction(key, 'interrupt')) return newLine(state, (at) => atPrompt(at));
  if (isAction(key, 'enter')) {
    const { state: after, effects } = verify(state, waiting.typed);
    return { state: after, effects: [write('\n'), ...effects] };
  }
  const typed = isAction(key, 'kill-to-start') ? '' : typedAfter(waiting.typed, key);
  if (typed === undefined) return bell(state);
  return stay({ ...state, waiting: { kind: 'password', typed, tries: waiting.tries } });
}

function verify(state: SessionState, password: string): Step {
  const tries = state.waiting.kind === 'password' ? state.waiting.tries : 1;
  return {
    state: { ...state, waiting: { kind: 'work', line: 'enable', tries } },
    effects: [{ kind: 'verify', password }],
  };
}

function verified(state: SessionState, isRight: boolean): Step {
  if (isRight) return atPrompt({ ...state, level: 'privileged' });
  const tries = (state.waiting.kind === 'work' && state.waiting.tries) || MOST_TRIES;
  if (tries < MOST_TRIES && state.setting.interactive) return askPassword(state, tries + 1);
  return refused(state, 'enable', { isInvalid: false, text: '% Bad secrets' });
}

function typedAfter(typed: string, key: Key): string | undefined {
  if (isAction(key, 'backspace')) return typed === '' ? undefined : typed.slice(0, -1);
  if (key.kind !== 'text' || typed.length + key.text.length > LONGEST_PASSWORD) return undefined;
  return typed + key.text;
}

function isAction(key: Key, action: Extract<Key, { kind: 'action' }>['action']): boolean {
  return key.kind === 'action' && key.action === action;
}
