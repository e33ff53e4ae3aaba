/** A key of a terminal: text to insert, or what a key combination means to the line editor. */
export type Key =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'action'; readonly action: KeyAction };

export type KeyAction =
  | 'enter'
  | 'tab'
  | 'backspace'
  | 'delete'
  | 'left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'home'
  | 'end'
  | 'older'
  | 'newer'
  | 'kill-to-end'
  | 'kill-to-start'
  | 'kill-word'
  | 'kill-word-right'
  | 'yank'
  | 'transpose'
  | 'literal'
  | 'redraw'
  | 'interrupt'
  | 'end-of-input'
  | 'end-mode';

/** What `node:readline` makes of the bytes of a terminal (its `keypress` event). */
export interface Keypress {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

/** The keys of IOS; most are those of Emacs. */
const CONTROL: Record<string, KeyAction> = {
  a: 'home',
  b: 'left',
  c: 'interrupt',
  d: 'end-of-input',
  e: 'end',
  f: 'right',
  h: 'backspace',
  k: 'kill-to-end',
  l: 'redraw',
  n: 'newer',
  p: 'older',
  r: 'redraw',
  t: 'transpose',
  u: 'kill-to-start',
  v: 'literal',
  w: 'kill-word',
  x: 'kill-to-start',
  y: 'yank',
  z: 'end-mode',
  left: 'word-left',
  right: 'word-right',
};

const META: Record<string, KeyAction> = {
  b: 'word-left',
  f: 'word-right',
  d: 'kill-word-right',
  backspace: 'kill-word',
};

const NAMED: Record<string, KeyAction> = {
  return: 'enter',
  enter: 'enter',
  tab: 'tab',
  backspace: 'backspace',
  delete: 'delete',
  left: 'left',
  right: 'right',
  up: 'older',
  down: 'newer',
  home: 'home',
  end: 'end',
};

/** The key that was pressed; undefined for one that means nothing here. */
export function keyOf(text: string | undefined, { name, sequence, ctrl, meta }: Keypress): Key | undefined {
  const table = ctrl ? CONTROL : meta ? META : NAMED;
  const action = name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
  if (action) return { kind: 'action', action };
  const typed = text ?? sequence ?? '';
  // What a terminal sends beside text begins with a control character.
  return ctrl || meta || typed === '' || /[\x00-\x1f\x7f]/.test(typed) ? undefined : { kind: 'text', text: typed };
}
