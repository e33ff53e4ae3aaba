import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyCommands, complete, emptyConfig, formatHelp, help, promptOf } from './index';

const DIRECTORY = join(__dirname, 'testdata');
const INPUTS = readdirSync(DIRECTORY).filter((name) => name.endsWith('.in'));

/** What a terminal shows of a session in configuration mode: a line that ends in `?` asks, one with `<TAB>` completes. */
function transcript(input: string): string {
  let config = emptyConfig();
  let mode: readonly string[] = [];
  let screen = '';
  for (const line of input.trimEnd().split('\n')) {
    const prompt = `linewatch(${promptOf(mode)})#`;
    screen += `${prompt}${line}\n`;
    if (line.endsWith('?')) {
      const rows = help(config, mode, line.slice(0, -1));
      screen += rows.length > 0 ? formatHelp(rows) : '% Unrecognized command\n';
    } else if (line.endsWith('<TAB>')) {
      const completion = complete(config, mode, line.slice(0, -'<TAB>'.length));
      screen += `[${completion.line}] ${completion.candidates.join(' ')}`.trimEnd() + '\n';
    } else {
      const applied = applyCommands(config, [line], { mode });
      const [result] = applied.results;
      if (result?.ok === false) {
        // The caret counts from the start of the line, which begins behind the prompt.
        screen += (result.refusal === 'invalid' ? ' '.repeat(prompt.length) : '') + `${result.text}\n`;
      }
      ({ config, mode } = applied);
    }
  }
  return screen;
}

// To write the transcripts anew after a change of the language: UPDATE_REFOUT=1, then read the difference.
test.each(INPUTS)('%s gives the transcript in its .refout', (name) => {
  const reference = join(DIRECTORY, name.replace(/\.in$/, '.refout'));
  const screen = transcript(readFileSync(join(DIRECTORY, name), 'utf8'));
  if (process.env['UPDATE_REFOUT'] === '1') writeFileSync(reference, screen);
  expect(existsSync(reference)).toBe(true);
  expect(screen).toBe(readFileSync(reference, 'utf8'));
});

test('every row of help says something', () => {
  const modes = [[], ['presence'], ['sip-ua'], ['voice service voip'], ['voice service voip', 'sip']];
  modes.push(
    ['voice register global'],
    ['voice register dn 1'],
    ['voice register pool 1'],
    ['voice register template 1'],
  );
  for (const mode of modes) {
    for (const { token, help: text } of help(emptyConfig(), mode, '')) expect(`${token}: ${text}`).toMatch(/: \S/);
  }
});

test('`?` shows the platform maximum', () => {
  expect(help(emptyConfig(), ['presence'], 'max-subscription ', { platformMaximum: 5000 })).toEqual([
    { token: '<100-5000>', help: 'Number of subscriptions, from inside and outside together' },
  ]);
});
