import { applyCommands, emptyConfig } from './index';
import { type Node } from './grammar';
import { type Action, type ModeNode, ROOT } from './modes';
import { type Element, readPattern } from './pattern';

/** Checks of the whole grammar: what is said of every command holds for one that is new, too. */

/** The modes with a way into each. */
function modes(node: ModeNode, way: string[] = []): { node: ModeNode; way: string[] }[] {
  return [
    { node, way },
    ...node.children.flatMap((child) =>
      modes(child, [...way, sample(readPattern(child.mode.pattern, child.mode.help).elements)]),
    ),
  ];
}

const SAMPLES: Record<string, string> = {
  'A.B.C.D': '10.1.1.1',
  'H.H.H': '0015.6247.EF90',
  URL: 'flash:a',
};
const WORDS = ['1', 'a', '1:1', 'sipv2', 'ipv4:1.1.1.1', '255.255.255.0', 'AAAAC3NzaC1lZDI1NTE5AAAAIKx0'];

/** The shortest line of a pattern; `at` and `word` put a word at one of its places. */
function sample(elements: readonly Element[], put?: { element: Element; word: string }): string {
  return elements
    .map((element): string => {
      if (element === put?.element) return put.word;
      switch (element.kind) {
        case 'keyword':
          return element.word;
        case 'value': {
          const shown = element.type.shown({});
          const low = /^<(\d+)-/.exec(shown)?.[1];
          const fits = (word: string) => element.type.read({ raw: word, text: word, at: 0 }, {}) !== undefined;
          return low ?? SAMPLES[shown] ?? WORDS.find(fits) ?? 'x';
        }
        case 'optional':
          return holds(element.sequence, put) ? sample(element.sequence, put) : '';
        case 'choice':
          return sample(element.alternatives.find((one) => holds(one, put)) ?? element.alternatives[0] ?? [], put);
      }
    })
    .filter((word) => word !== '')
    .join(' ');
}

function holds(elements: readonly Element[], put: { element: Element } | undefined): boolean {
  return put !== undefined && all(elements).includes(put.element);
}

function all(elements: readonly Element[]): Element[] {
  return elements.flatMap((element) => {
    if (element.kind === 'optional') return [element, ...all(element.sequence)];
    if (element.kind === 'choice') return [element, ...element.alternatives.flatMap(all)];
    return [element];
  });
}

interface Line {
  way: string[];
  elements: Element[];
  keyLength: number;
}

const LINES: Line[] = modes(ROOT).flatMap(({ node, way }) =>
  node.mode.commands.map((command) => ({ way, ...readPattern(command.pattern, command.help) })),
);
const RANGES = LINES.flatMap((line) =>
  all(line.elements).flatMap((element) => {
    const [, low, high] = element.kind === 'value' ? (/^<(\d+)-(\d+)>$/.exec(element.type.shown({})) ?? []) : [];
    return low === undefined || high === undefined ? [] : [{ ...line, element, low: Number(low), high: Number(high) }];
  }),
);

/** How a line is answered in a whole text, where nothing has to come first; `undefined`: it is carried out. */
function answer(way: string[], line: string): { refusal: string; column: number } | undefined {
  const { mode, config } = applyCommands(emptyConfig(), way);
  const [result] = applyCommands(config, [line], { mode, keepUnknown: true }).results;
  return result?.ok === false ? { refusal: result.refusal, column: result.column } : undefined;
}

const titled = <T extends Line>(lines: T[]) =>
  lines.map((line): [string, string, T] => [line.way.join(' / '), sample(line.elements), line]);

test('there is something to check', () => {
  expect(LINES.length).toBeGreaterThan(120);
  expect(RANGES.length).toBeGreaterThan(60);
});

test.each(titled(LINES))(
  '%s: `%s` is accepted, and so are its `no` and `default` with as little as is needed',
  (_, line, command) => {
    expect(answer(command.way, line)).toBeUndefined();
    const key = sample(command.elements.slice(0, command.keyLength));
    for (const undo of ['no', 'default']) {
      expect(answer(command.way, `${undo} ${line}`)).toBeUndefined();
      expect(answer(command.way, `${undo} ${key}`)).toBeUndefined();
    }
  },
);

test.each(titled(LINES))(
  '%s: `%s` cut short is incomplete or another command, and never accepted as something else',
  (_, line, command) => {
    const words = line.split(' ');
    const required = words.length > 1 ? words.slice(0, -1).join(' ') : undefined;
    if (required === undefined) return;
    const refusal = answer(command.way, required)?.refusal;
    expect([undefined, 'incomplete', 'ambiguous']).toContain(refusal);
  },
);

test.each(
  RANGES.map((range): [string, string, (typeof RANGES)[number]] => [
    range.way.join(' / '),
    sample(range.elements, { element: range.element, word: `<${range.low}-${range.high}>` }),
    range,
  ]),
)(
  '%s: `%s` takes both ends of its range, and refuses what is beyond with the caret below it',
  (_, _line, { way, elements, element, low, high }) => {
    const put = (word: number) => sample(elements, { element, word: String(word) });
    expect(answer(way, put(low))).toBeUndefined();
    expect(answer(way, put(high))).toBeUndefined();
    const beyond = low > 0 ? [low - 1, high + 1] : [high + 1];
    for (const word of beyond) {
      const line = put(word);
      const column = sample(elements, { element, word: '\u0000' }).indexOf('\u0000') + 1;
      expect({ line, ...answer(way, line) }).toEqual({ line, refusal: 'invalid', column });
    }
  },
);

test('every keyword and argument that `?` shows has a line of help', () => {
  const without: string[] = [];
  const seen = new Set<Node<Action>>();
  const visit = (node: Node<Action>, before: string): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const { word, help, next } of node.keywords.values()) {
      const isHidden = before.endsWith(' no') || before.endsWith(' default');
      if (help.trim() === '' && !isHidden) without.push(`${before} ${word}`);
      visit(next, `${before} ${word}`);
    }
    for (const { name, help, next } of node.values) {
      if (help.trim() === '') without.push(`${before} <${name}>`);
      visit(next, `${before} <${name}>`);
    }
  };
  for (const { node, way } of modes(ROOT)) visit(node.grammar, way.join(' / '));
  expect(without).toEqual([]);
});
