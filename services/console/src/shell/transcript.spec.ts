import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemorySystem } from '../testing/memory-system';
import { OFFICE, officeLines } from '../testing/phone-office';
import { sampleProcesses } from '../testing/processes';
import { records } from '../testing/records';
import { sampleExplained, sampleLine } from '../testing/sample-line';
import { openTerminal } from '../testing/terminal-rig';

const DIRECTORY = join(__dirname, '../testdata');
/** Those that begin upon an office with phones; the others upon an empty system. */
const WITH_PHONES = ['phones.in'];
const INPUTS = readdirSync(DIRECTORY).filter((name) => name.endsWith('.in'));

/**
 * What a terminal shows of a session. Each line of the input is typed, `<KEY>`s by name, and ends with return unless its
 * last key is `?` or a named one; a line that starts with `;` is a comment. Bells and backspaces are shown as ^G and ^H.
 */
async function transcript(name: string, input: string): Promise<string> {
  const memory = new MemorySystem(records(5));
  memory.processes = sampleProcesses();
  if (WITH_PHONES.includes(name)) memory.fill(OFFICE, officeLines());
  memory.kept = sampleLine();
  memory.explained.set('sip-edge-1', sampleExplained());
  const rig = await openTerminal(memory);
  for (const line of input.trimEnd().split('\n')) {
    if (line.startsWith(';')) continue;
    await rig.type(/(\?|<[A-Z-]+>)$/.test(line) ? line : `${line}<ENTER>`);
  }
  await rig.type('<CTRL-U><CTRL-Z>');
  return `${rig.screen().replaceAll('\x07', '^G').replaceAll('\b', '^H')}\n`;
}

// To write the transcripts anew after a change of the shell: UPDATE_REFOUT=1, then read the difference.
test.each(INPUTS)('%s gives the whole terminal output in its .refout', async (name) => {
  const reference = join(DIRECTORY, name.replace(/\.in$/, '.refout'));
  const screen = await transcript(name, readFileSync(join(DIRECTORY, name), 'utf8'));
  if (process.env['UPDATE_REFOUT'] === '1') writeFileSync(reference, screen);
  expect(existsSync(reference)).toBe(true);
  expect(screen).toBe(readFileSync(reference, 'utf8'));
});
