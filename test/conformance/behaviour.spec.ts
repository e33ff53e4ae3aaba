import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Row {
  readonly row: number;
  readonly level: string;
  readonly tests: readonly string[];
}

/** What `npm run behaviour -- --json` says, see docs/sip-behaviour.md. */
function table(): { rows: Row[]; missing: Row[]; unknown: number[] } {
  const { stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'behaviour.mjs'), '--json']);
  if (stdout.length === 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString()) as { rows: Row[]; missing: Row[]; unknown: number[] };
}

describe('the rows of docs/sip-behaviour.md', () => {
  const { rows, missing, unknown } = table();

  it('are all there but those of lists, each with a level', () => {
    const numbers = Array.from({ length: 121 }, (_, index) => index + 1).filter((row) => row < 72 || row > 76);
    expect(rows.map(({ row }) => row)).toEqual(numbers);
    for (const { level } of rows) expect(level).toMatch(/MUST|SHOULD|MAY|rule/);
  });

  it('with a MUST have a test that names them, or a decision why not, or stand among those that are open', () => {
    expect(missing.map(({ row }) => `[SB-${row}]`)).toEqual([]);
  });

  it('are the only ones that tests name', () => {
    expect(unknown).toEqual([]);
  });

  it('are found in titles with one mark, several, or a range, and not in comments', () => {
    const testsOf = (wanted: number) => rows.find(({ row }) => row === wanted)?.tests ?? [];
    expect(testsOf(43)).toContain('libs/sip/src/body/pidf.spec.ts: [SB-40 to SB-48] the five contract documents');
    expect(testsOf(118).length).toBeGreaterThan(2);
    // [SB-29] stands in this comment, and in no title.
    expect(testsOf(29)).toEqual([]);
  });
});
