import { makeSubjects } from '@linewatch/bus';
import fc from 'fast-check';
import { intersection, readingsOf } from './reading';

const subjects = makeSubjects();
const shown = (pattern: string | undefined): Record<string, string | undefined> =>
  Object.fromEntries(readingsOf(subjects, pattern).map(({ stream, filter }) => [stream, filter ?? 'all']));

describe('what watch follows', () => {
  it.each<[string | undefined, Record<string, string>]>([
    [
      undefined,
      { LINES: 'all', PRESENCE: 'all', SUBSCRIPTIONS: 'all', CONFIG: 'all', CREDENTIALS: 'all', EDGES: 'all' },
    ],
    ['2101', { LINES: 'lw.line.2101.*', PRESENCE: 'lw.presence.2101', SUBSCRIPTIONS: 'lw.subscription.2101.*' }],
    // A directory number may itself have dots, for any digit.
    [
      '20..',
      {
        LINES: 'lw.line.20_2E_2E.*',
        PRESENCE: 'lw.presence.20_2E_2E',
        SUBSCRIPTIONS: 'lw.subscription.20_2E_2E.*',
      },
    ],
    ['21*', { LINES: 'lw.line.*.*', PRESENCE: 'lw.presence.*', SUBSCRIPTIONS: 'lw.subscription.*.*' }],
    ['lw.line.>', { LINES: 'lw.line.*.*' }],
    ['lw.line.2101.call', { LINES: 'lw.line.2101.call' }],
    ['lw.*.2101', { PRESENCE: 'lw.presence.2101', CONFIG: 'lw.config.2101', CREDENTIALS: 'lw.credentials.2101' }],
    ['lw.*.2101.>', { LINES: 'all', SUBSCRIPTIONS: 'lw.subscription.2101.*', EDGES: 'all' }],
    ['lw.edge.*.hello', { EDGES: 'lw.edge.*.hello' }],
    ['lw.edge.>', { EDGES: 'all' }],
    ['lw.config.presence', { CONFIG: 'lw.config.presence' }],
    [
      '>',
      {
        LINES: 'all',
        PRESENCE: 'lw.presence.*',
        SUBSCRIPTIONS: 'lw.subscription.*.*',
        CONFIG: 'lw.config.*',
        CREDENTIALS: 'lw.credentials.*',
        EDGES: 'all',
      },
    ],
    ['lw.nothing.>', {}],
    ['lw.line', {}],
    ['lw..2101', {}],
    ['lw.>.call', {}],
    ['lw.line.21*.call', {}],
    ['two words', {}],
    ['', {}],
    ['9'.repeat(300), {}],
  ])('for %j is %j', (pattern, expected) => {
    expect(shown(pattern)).toEqual(expected);
  });

  it.each([
    ['21*', '2101', true],
    ['21*', '21', true],
    ['21*', '3101', false],
    ['*01', '2101', true],
    ['2*0*', '2101', true],
    ['+49*', '+4930', true],
    ['+49*', '4930', false],
    ['20.*', '20..', true],
    ['20.*', '2011', false],
  ])('the numbers %s have %s among them: %s', (pattern, number, expected) => {
    const [lines, presence] = readingsOf(subjects, pattern);
    expect(lines?.matches(subjects.lineFact(number, 'call'))).toBe(expected);
    expect(presence?.matches(subjects.presence(number))).toBe(expected);
  });

  it('leaves out by itself what one filter for the server cannot', () => {
    const [lines, , edges] = readingsOf(subjects, 'lw.*.2101.>');
    expect(lines?.matches('lw.line.2101.call')).toBe(true);
    expect(lines?.matches('lw.line.2102.call')).toBe(false);
    expect(edges?.matches('lw.edge.sip-edge-1.hello')).toBe(false);
  });
});

describe('the subjects that two patterns have in common', () => {
  const token = fc.constantFrom('a', 'b', '*');
  const pattern = fc
    .tuple(fc.array(token, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([tokens, open]) => [...tokens, ...(open ? ['>'] : [])].join('.'));
  const subject = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
    .map((tokens) => tokens.join('.'));

  /** As the manual of NATS says it: `*` is one token, `>` one or more at the end. */
  const matches = (of: string, text: string): boolean =>
    new RegExp(`^${of.replaceAll('.', '\\.').replaceAll('*', '[^.]+').replace('>', '.+')}$`).test(text);

  it('are those that both match', () => {
    fc.assert(
      fc.property(pattern, pattern, subject, (a, b, text) => {
        const both = intersection(a, b);
        expect(both !== undefined && matches(both, text)).toBe(matches(a, text) && matches(b, text));
      }),
      { numRuns: 2000 },
    );
  });
});
