import { commandHelp, commandTree, completeCommand, matchCommand } from './index';

const tree = commandTree(
  [
    { pattern: 'show presence global', help: ['Show', 'Presence', 'Global'], means: 'global' },
    { pattern: 'show presence subscription [subid (1-99)$subid]', help: ['Show', 'Presence', 'Subscriptions', 'One', 'Its number'], means: 'subscription' },
    { pattern: 'shutdown', help: ['Stop'], means: 'stop' },
  ],
  { pattern: '[\\| <include|begin>$modifier LINE$expression]', help: ['Modify', 'Matching lines', 'From a line on', 'Expression'], follows: (means) => means !== 'stop' },
); // prettier-ignore

test('words may be abbreviated, and arguments are given by name', () => {
  expect(matchCommand(tree, 'sho pre sub subid 7')).toMatchObject({ accepts: 'subscription', values: { subid: 7 } });
  expect(matchCommand(tree, 'sho pre gl | inc a b')).toMatchObject({
    accepts: 'global',
    values: { modifier: 'include', expression: 'a b' },
  });
});

test.each([
  ['sh', 'ambiguous', '% Ambiguous command:  "sh"'],
  ['sho pre', 'incomplete', '% Incomplete command.'],
  ['sho prx', 'invalid', "    ^\n% Invalid input detected at '^' marker."],
  ['shutdown | include x', 'invalid', "         ^\n% Invalid input detected at '^' marker."],
])('`%s` is refused as %s', (line, refusal, text) => {
  expect(matchCommand(tree, line)).toEqual(expect.objectContaining({ kind: 'refused', refusal, text }));
});

test('`?` and TAB answer as in configuration', () => {
  expect(commandHelp(tree, 's').map(({ token }) => token)).toEqual(['show', 'shutdown']);
  expect(commandHelp(tree, 'sho pre sub ').map(({ token }) => token)).toEqual(['subid', '|', '<cr>']);
  expect(commandHelp(tree, 'nonsense ')).toEqual([]);
  expect(completeCommand(tree, 'sh')).toEqual({ line: 'sh', candidates: ['show', 'shutdown'] });
  expect(completeCommand(tree, 'sho p')).toEqual({ line: 'sho presence ', candidates: ['presence'] });
});
