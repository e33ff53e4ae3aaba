import fc from 'fast-check';
import { type Config, applyCommands, diffConfig, emptyConfig, parseConfig, renderConfig } from './index';
import { WORDS, commandText as text } from './testing/arbitrary-commands';
import { VALUE_TYPES } from './values';

test.each(Object.keys(VALUE_TYPES))('the generated texts have words for arguments of the kind %s', (name) => {
  const words = WORDS[name] as fc.Arbitrary<string>;
  const taken = fc
    .sample(words, 30)
    .filter((raw) => VALUE_TYPES[name]?.read({ raw, text: raw.replace(/^"|"$/g, ''), at: 0 }, {}) !== undefined);
  expect(taken.length).toBeGreaterThan(10);
});

/** Words of the language in any order, and anything else. */
const noise = fc.array(
  fc.oneof(
    fc.string({ maxLength: 30 }),
    fc
      .array(
        fc.constantFrom(
          'no',
          'default',
          'exit',
          'end',
          '!',
          ' ',
          'voice',
          'register',
          'dn',
          '1',
          'pool',
          'presence',
          'number',
          'id',
          'mac',
          '"',
          'label',
          'x',
          'sip',
          'name',
          '__proto__',
          'constructor',
          'ephone-dn',
          'ephone',
          'dual-line',
          'button',
          '1:1',
          'shared-line',
          'ephone-template',
        ),
        { maxLength: 6 },
      )
      .map((words) => words.join(' ')),
  ),
  { maxLength: 15 },
);

const config = fc
  .oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: noise.map((lines) => lines.join('\n')) })
  .map((source) => parseConfig(source).config);

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

test('parse(render(c)) is c, whatever was configured', () => {
  fc.assert(
    fc.property(config, (c) => {
      const again = parseConfig(renderConfig(c));
      expect(again.errors).toEqual([]);
      expect(again.config).toEqual(c);
      expect(renderConfig(again.config)).toBe(renderConfig(c));
    }),
  );
});

test('a Config is JSON', () => {
  fc.assert(fc.property(config, (c) => expect(JSON.parse(JSON.stringify(c)) as Config).toStrictEqual(c)));
});

test('applying diff(a, b) to a gives b, and leaves a as it was', () => {
  fc.assert(
    fc.property(config, config, (a, b) => {
      const { config: result, results } = applyCommands(deepFreeze(a), diffConfig(a, b), { keepUnknown: true });
      expect(results.filter((answer) => !answer.ok)).toEqual([]);
      expect(result).toEqual(b);
      expect(renderConfig(result)).toBe(renderConfig(b));
    }),
    { numRuns: 300 },
  );
});

test('the diff of what commands changed leads there, and the diff back leads back', () => {
  fc.assert(
    fc.property(config, text, (a, source) => {
      const b = applyCommands(a, source.split('\n'), { keepUnknown: true }).config;
      expect(applyCommands(a, diffConfig(a, b), { keepUnknown: true }).config).toEqual(b);
      expect(applyCommands(b, diffConfig(b, a), { keepUnknown: true }).config).toEqual(a);
    }),
    { numRuns: 200 },
  );
});

test('a configuration that did not change has an empty diff', () => {
  fc.assert(
    fc.property(text, (source) =>
      expect(diffConfig(parseConfig(source).config, parseConfig(source).config)).toEqual([]),
    ),
  );
});

test('no text whatever makes the parser throw, and what it understood and kept survives printing', () => {
  fc.assert(
    fc.property(noise, (lines) => {
      const { config: c } = parseConfig(lines.join('\n'));
      expect(parseConfig(renderConfig(c)).config).toEqual(c);
    }),
    { numRuns: 500 },
  );
});

test('no typed lines make the shell throw; a refused line changes nothing', () => {
  fc.assert(
    fc.property(noise, (lines) => {
      let { config: c, mode } = applyCommands(emptyConfig(), []);
      for (const line of lines) {
        const applied = applyCommands(c, [line], { mode });
        if (applied.results[0]?.ok === false) expect(applied.config).toEqual(c);
        ({ config: c, mode } = applied);
      }
    }),
  );
});

test('commands one by one or all at once come to the same', () => {
  fc.assert(
    fc.property(text, (source) => {
      const lines = source.split('\n');
      let { config: c, mode } = applyCommands(emptyConfig(), []);
      for (const line of lines) ({ config: c, mode } = applyCommands(c, [line], { mode }));
      expect(c).toEqual(applyCommands(emptyConfig(), lines).config);
    }),
  );
});
