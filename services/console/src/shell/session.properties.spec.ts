import { emptyConfig } from '@linewatch/config';
import fc from 'fast-check';
import { execTrees } from '../exec/exec-commands';
import type { Key, KeyAction } from './keys';
import { type LineView, redraw, viewOf } from './line-view';
import { begin, step } from './session';
import { type Effect, newSession, promptText } from './session-state';

const ACTIONS: KeyAction[] = [
  'enter', 'tab', 'backspace', 'delete', 'left', 'right', 'word-left', 'word-right', 'home', 'end', 'older', 'newer',
  'kill-to-end', 'kill-to-start', 'kill-word', 'kill-word-right', 'yank', 'transpose', 'literal', 'redraw', 'interrupt', 'end-mode',
]; // prettier-ignore
const key: fc.Arbitrary<Key> = fc.oneof(
  fc.constantFrom(...ACTIONS).map((action): Key => ({ kind: 'action', action })),
  fc
    .constantFrom('show ', 'enable', 'conf t', 'presence ', 'x', ' ', '?', 'terminal length 5', 'é')
    .map((text): Key => ({ kind: 'text', text })),
);

/** What a terminal of one endless row shows, with the cursor. */
class Row {
  text = '';
  cursor = 0;
  take(sent: string): void {
    for (const letter of sent) {
      if (letter === '\x07') continue;
      if (letter === '\n') [this.text, this.cursor] = ['', 0];
      else if (letter === '\b') this.cursor -= 1;
      else {
        this.text = this.text.slice(0, this.cursor) + letter + this.text.slice(this.cursor + 1);
        this.cursor += 1;
      }
    }
  }
}

test('whatever keys are pressed, the last row of the screen is the prompt with the line, the cursor where the next character goes', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
      const setting = { trees: execTrees, interactive: true, trusted: true };
      const terminal = { length: 0, width: 40, monitor: false };
      let { state, effects } = begin(newSession(setting, { running: emptyConfig(), level: 'user', terminal }));
      const row = new Row();
      const show = (all: readonly Effect[]) => all.forEach((one) => one.kind === 'write' && row.take(one.text));
      show(effects);
      for (const pressed of keys) {
        ({ state, effects } = step(state, { kind: 'key', key: pressed }));
        show(effects);
        // The shell around answers at once.
        if (state.waiting.kind === 'work') {
          ({ state, effects } = step(state, { kind: 'done', text: 'done\n' }));
          show(effects);
        }
        if (state.waiting.kind !== 'line') continue;
        const prompt = promptText(state);
        const view = viewOf(state.editor, prompt.length, 40);
        expect(row.text.trimEnd()).toBe((prompt + view.text).trimEnd());
        expect(row.cursor).toBe(prompt.length + view.cursor);
      }
    }),
  );
});

const view: fc.Arbitrary<LineView> = fc
  .tuple(fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 12 }), fc.nat(12))
  .map(([text, at]) => ({ text, cursor: Math.min(at, text.length) }));

test('a redraw turns one view into the other', () => {
  fc.assert(
    fc.property(view, view, (from, to) => {
      const row = new Row();
      row.text = from.text;
      row.cursor = from.cursor;
      row.take(redraw(from, to));
      expect({ text: row.text.trimEnd(), cursor: row.cursor }).toEqual({
        text: to.text.trimEnd(),
        cursor: to.cursor,
      });
    }),
  );
});
