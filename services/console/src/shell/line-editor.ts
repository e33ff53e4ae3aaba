import type { Key, KeyAction } from './keys';

/** One line being typed. */
export interface Editor {
  readonly text: string;
  /** Where the next character goes, 0 to the length of the text. */
  readonly cursor: number;
  /** What the last Ctrl-K, Ctrl-U or Ctrl-W took, for Ctrl-Y. */
  readonly killed: string;
  /** How many lines back in the history this one is from; 0: it is new. */
  readonly back: number;
  /** What was typed before the history was opened. */
  readonly fresh: string;
  /** Ctrl-V was pressed: the next character is only a character, `?` too. */
  readonly literal: boolean;
}

/** Longer lines are not taken. */
const LONGEST_LINE = 4096;

export const emptyEditor: Editor = { text: '', cursor: 0, killed: '', back: 0, fresh: '', literal: false };

/** The line after a key; undefined when the key can do nothing here, which rings the bell. */
export function edit(editor: Editor, key: Key, history: readonly string[]): Editor | undefined {
  if (key.kind === 'text') return insert({ ...editor, literal: false }, key.text);
  const change = ACTIONS[key.action];
  return change?.(editor, history);
}

/** A line with its cursor at the end. */
export function withText(editor: Editor, text: string): Editor {
  return { ...editor, text, cursor: text.length };
}

type Change = (editor: Editor, history: readonly string[]) => Editor | undefined;

const ACTIONS: Partial<Record<KeyAction, Change>> = {
  backspace: (editor) => cut(editor, editor.cursor - 1, editor.cursor),
  delete: (editor) => cut(editor, editor.cursor, editor.cursor + 1),
  'end-of-input': (editor) => cut(editor, editor.cursor, editor.cursor + 1),
  left: (editor) => moved(editor, editor.cursor - 1),
  right: (editor) => moved(editor, editor.cursor + 1),
  'word-left': (editor) => moved(editor, wordStart(editor)),
  'word-right': (editor) => moved(editor, wordEnd(editor)),
  home: (editor) => ({ ...editor, cursor: 0 }),
  end: (editor) => ({ ...editor, cursor: editor.text.length }),
  'kill-to-end': (editor) => kill(editor, editor.cursor, editor.text.length),
  'kill-to-start': (editor) => kill(editor, 0, editor.cursor),
  'kill-word': (editor) => kill(editor, wordStart(editor), editor.cursor),
  'kill-word-right': (editor) => kill(editor, editor.cursor, wordEnd(editor)),
  yank: (editor) => insert(editor, editor.killed),
  transpose: ({ text, cursor, ...rest }) => {
    if (cursor === 0 || text.length < 2) return undefined;
    const at = Math.min(cursor, text.length - 1);
    const swapped = text.slice(0, at - 1) + text[at] + text[at - 1] + text.slice(at + 1);
    return { ...rest, text: swapped, cursor: at + 1 };
  },
  literal: (editor) => ({ ...editor, literal: true }),
  older: (editor, history) => fromHistory(editor, history, editor.back + 1),
  newer: (editor, history) => fromHistory(editor, history, editor.back - 1),
};

function insert(editor: Editor, typed: string): Editor | undefined {
  const { text, cursor } = editor;
  if (typed === '' || text.length + typed.length > LONGEST_LINE) return undefined;
  return { ...editor, text: text.slice(0, cursor) + typed + text.slice(cursor), cursor: cursor + typed.length };
}

function cut(editor: Editor, from: number, to: number): Editor | undefined {
  const { text } = editor;
  if (from < 0 || to > text.length) return undefined;
  return { ...editor, text: text.slice(0, from) + text.slice(to), cursor: from };
}

function kill(editor: Editor, from: number, to: number): Editor | undefined {
  if (from === to) return undefined;
  const shorter = cut(editor, from, to);
  return shorter && { ...shorter, killed: editor.text.slice(from, to) };
}

function moved(editor: Editor, cursor: number): Editor | undefined {
  if (cursor < 0 || cursor > editor.text.length || cursor === editor.cursor) return undefined;
  return { ...editor, cursor };
}

function wordStart({ text, cursor }: Editor): number {
  return text.slice(0, cursor).replace(/\S*\s*$/, '').length;
}

function wordEnd({ text, cursor }: Editor): number {
  return cursor + (/^\s*\S*/.exec(text.slice(cursor))?.[0].length ?? 0);
}

function fromHistory(editor: Editor, history: readonly string[], back: number): Editor | undefined {
  if (back < 0 || back > history.length) return undefined;
  const fresh = editor.back === 0 ? editor.text : editor.fresh;
  const text = back === 0 ? fresh : (history[history.length - back] ?? '');
  return { ...withText(editor, text), back, fresh };
}
