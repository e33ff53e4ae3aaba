/** What of a line is on the screen, behind the prompt, and where in it the cursor stands. */
export interface LineView {
  readonly text: string;
  readonly cursor: number;
}

export const emptyView: LineView = { text: '', cursor: 0 };

/** A line that is too long for the screen shows the part around the cursor, a `$` where more is, as IOS does. */
export function viewOf(line: LineView, promptWidth: number, width: number): LineView {
  const room = Math.max(8, width - promptWidth - 1);
  const { text, cursor } = line;
  if (text.length < room) return line;
  const from = Math.max(0, cursor - room + 2);
  const part = text.slice(from, from + room - 1);
  const left = from > 0 ? `$${part.slice(1)}` : part;
  const shown = from + part.length < text.length ? `${left.slice(0, -1)}$` : left;
  return { text: shown, cursor: cursor - from };
}

/** What to send so that one view becomes another: backspaces and text only, which every terminal understands. */
export function redraw(from: LineView, to: LineView): string {
  const atEnds = from.cursor === from.text.length && to.cursor === to.text.length;
  if (atEnds && to.text.startsWith(from.text)) return to.text.slice(from.text.length);
  if (from.text === to.text) return moveTo(to.text, from.cursor, to.cursor);
  if (atEnds && from.text.startsWith(to.text)) return '\b \b'.repeat(from.text.length - to.text.length);
  const left = ' '.repeat(Math.max(0, from.text.length - to.text.length));
  return '\b'.repeat(from.cursor) + to.text + left + '\b'.repeat(to.text.length + left.length - to.cursor);
}

function moveTo(text: string, from: number, to: number): string {
  return to < from ? '\b'.repeat(from - to) : text.slice(from, to);
}
