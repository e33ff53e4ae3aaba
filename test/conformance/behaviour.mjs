/**
 * `npm run behaviour`: each row of docs/sip-behaviour.md with the tests whose titles name it, and the rows with a MUST that
 * no test names. Exit status 1 when there is one that is neither decided (DECISIONS.md names it) nor open.
 * `-- <row>` prints one row, `-- --json` all as data.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { argv, exit, stdout } from 'node:process';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');
const document = readFileSync(join(root, 'docs', 'sip-behaviour.md'), 'utf8');

/** @typedef {{ row: number, text: string, level: string, section: string, tests: string[], decided: boolean, open?: string }} Row */

/** Numbers of the rows that a text names: `[SB-17]`, `[SB-1, SB-4]`, `[SB-40 to SB-48]`. @param {string} text */
function* rowsIn(text) {
  for (const [, first, last] of text.matchAll(/SB-(\d+)(?: to SB-(\d+))?/g))
    for (let row = Number(first); row <= Number(last ?? first); row++) yield row;
}

/** Texts within quotes of a program, its comments left out. @param {string} program */
function textsOf(program) {
  const tokens = program.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|('|")((?:\\.|(?!\1)[^\\\n])*)\1|`((?:\\.|[^`\\])*)`/g);
  return [...tokens].map(([, , quoted, template]) => quoted ?? template ?? '');
}

/** Every test file of libraries, services and systems. @returns {string[]} */
function testFiles() {
  return ['libs', 'services', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      // The test of this table names rows and shows none.
      .filter((file) => file.endsWith('.spec.ts') && file !== join('conformance', 'behaviour.spec.ts'))
      .map((file) => join(root, folder, file))
      .sort(),
  );
}

/** Tests by row, each as `file: title`. */
function testsByRow() {
  /** @type {Map<number, string[]>} */
  const tests = new Map();
  for (const file of testFiles())
    for (const title of textsOf(readFileSync(file, 'utf8')).filter((text) => /\[[^\]]*SB-\d/.test(text)))
      for (const row of rowsIn(title)) tests.set(row, [...(tests.get(row) ?? []), `${relative(root, file)}: ${title}`]);
  return tests;
}

/** @returns {Row[]} */
function readRows() {
  const tests = testsByRow();
  const decided = new Set(rowsIn(readFileSync(join(root, 'DECISIONS.md'), 'utf8')));
  const open = new Map();
  for (const [, rows, why] of document.matchAll(/^- (SB-[^:]+): (.+)$/gm))
    for (const row of rowsIn(rows)) open.set(row, why);
  return [...document.matchAll(/^\| *(\d+) *\| *(.*?) *\| *(.*?) *\| *(.*?) *\|$/gm)].map(([, number, ...cells]) => {
    const row = Number(number);
    const [text, level, section] = cells;
    return {
      row, text, level, section, tests: tests.get(row) ?? [], decided: decided.has(row),
      ...(open.has(row) && { open: open.get(row) }),
    }; // prettier-ignore
  });
}

const rows = readRows();
const isMust = ({ level }) => /\bMUST\b/.test(level);
const untested = rows.filter(({ tests }) => tests.length === 0);
const missing = untested.filter((row) => isMust(row) && !row.decided && row.open === undefined);
const known = new Set(rows.map(({ row }) => row));
const unknown = [...testsByRow().keys()].filter((row) => !known.has(row));

const wanted = argv.slice(2).find((argument) => /^\d+$/.test(argument));
if (argv.includes('--json')) stdout.write(`${JSON.stringify({ rows, missing, unknown })}\n`);
else {
  for (const { row, text, level, section, tests, decided, open } of rows) {
    if (wanted !== undefined && Number(wanted) !== row) continue;
    stdout.write(`SB-${row} ${text} [${level}; ${section}]\n`);
    for (const test of tests) stdout.write(`    ${test}\n`);
    if (open !== undefined && tests.length === 0) stdout.write(`    open: ${open}\n`);
    else if (open !== undefined) stdout.write(`    open no more: take it off the list\n`);
    if (tests.length === 0 && decided) stdout.write('    decided: see DECISIONS.md\n');
  }
  const numbers = (/** @type {Row[]} */ list) => list.map(({ row }) => `SB-${row}`).join(', ') || 'none';
  const musts = rows.filter(isMust);
  stdout.write(
    `\n${musts.length} rows with a MUST: ${musts.filter(({ tests }) => tests.length > 0).length} with tests.\n`,
  );
  stdout.write(
    `Without: ${numbers(untested.filter(isMust))}; of these neither decided nor open: ${numbers(missing)}.\n`,
  );
  stdout.write(`Other rows without: ${numbers(untested.filter((row) => !isMust(row)))}.\n`);
  if (unknown.length > 0) stdout.write(`Tests name rows that are not in the list: ${unknown.join(', ')}.\n`);
}
exit(missing.length + unknown.length > 0 ? 1 : 0);
