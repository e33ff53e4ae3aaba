import { emptyEditor, withText } from './line-editor';
import { emptyView, viewOf } from './line-view';
import { type Effect, type SessionState, type Step, promptText, write } from './session-state';

/** What a session's screen shows: its prompt and line, refusals, and messages between them. */

/** Messages that wait for the prompt; older ones are left out. */
const MOST_HELD = 100;

/** Prints something, and is at the prompt. */
export function atPrompt(state: SessionState, before: readonly Effect[] = []): Step {
  const at: SessionState = { ...state, waiting: { kind: 'line' }, held: [], heldOut: 0 };
  const note = state.heldOut > 0 ? [`(${state.heldOut} messages were left out)`] : [];
  const held = [...note, ...state.held].map((text) => write(`${text}\n`));
  if (!state.setting.interactive) return { state: at, effects: [...before, ...held] };
  const view = viewOf(at.editor, promptText(at).length, at.terminal.width);
  return { state: { ...at, view }, effects: [...before, ...held, write(promptText(at) + view.text)] };
}

/** A message between two keys: above the line that is being typed, which is shown again below. */
export function interrupt(state: SessionState, text: string): Step {
  if (!state.setting.interactive) return { state, effects: [write(`${text}\n`)] };
  if (state.waiting.kind !== 'line') {
    const held = [...state.held, text];
    const left = Math.max(0, held.length - MOST_HELD);
    return stay({ ...state, held: held.slice(left), heldOut: state.heldOut + left });
  }
  return again(state, state.editor.text, [write(`${text}\n`)]);
}

/** Ends the line on the screen, and goes on with an empty one. */
export function newLine(state: SessionState, next: (state: SessionState) => Step): Step {
  const { killed } = state.editor;
  const { state: after, effects } = next({ ...state, editor: { ...emptyEditor, killed }, view: emptyView });
  return { state: after, effects: [write('\n'), ...effects] };
}

/** Shows the prompt and a line once more, below what stands there. */
export function again(state: SessionState, text: string, before: readonly Effect[] = []): Step {
  const editor = withText(state.editor, text);
  const prompt = promptText(state);
  const view = viewOf(editor, prompt.length, state.terminal.width);
  return { state: { ...state, editor, view }, effects: [write('\n'), ...before, write(prompt + view.text)] };
}

/** Prints why a line was not carried out; the caret stands below the offending word. */
export function refused(
  state: SessionState,
  line: string,
  { isInvalid, text }: { isInvalid: boolean; text: string },
): Step {
  const failed = { ...state, failures: state.failures + 1 };
  if (!state.setting.interactive) return atPrompt(failed, [write(`${line}\n${text}\n`, 'err')]);
  const before = isInvalid ? ' '.repeat(promptText(state).length) : '';
  return atPrompt(failed, [write(`${before}${text}\n`)]);
}

/** Changes nothing on the screen. */
export function stay(state: SessionState): Step {
  return { state, effects: [] };
}

/** A key that can do nothing here. */
export function bell(state: SessionState): Step {
  return { state, effects: [write('\x07')] };
}
