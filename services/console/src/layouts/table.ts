/** Where a column's cells stand. */
export interface Column {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly right?: true;
}

/** Rows below their headings and a rule, as wide as their longest cells; no blanks at the end of a line. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ head }, at) =>
    rows.reduce((width, row) => Math.max(width, (row[at] ?? '').length), head.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right }, at) => {
        const [cell = '', width = 0] = [cells[at], widths[at]];
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths
    .map((width) => '='.repeat(width))
    .join(' =')
    .replaceAll(' =', '  ');
  return [line(columns.map(({ head }) => head)), rule, ...rows.map(line)];
}
