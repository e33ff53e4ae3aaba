import fc from 'fast-check';
import { type Command, type Mode } from '../command';
import { type ModeRecord } from '../config';
import { type ModeNode, ROOT } from '../modes';
import { type Element, readPattern } from '../pattern';
import { VALUE_TYPES, type ValueType } from '../values';

/**
 * Texts of the language, generated from the grammar itself: a new mode, command or argument is in them without anybody
 * thinking of it, and a new kind of argument without words of its own fails the tests.
 */

const few = (...words: string[]) => fc.constantFrom(...words);

/** Words for every kind of argument: few, so that commands meet one another. */
export const WORDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'A.B.C.D': fc.oneof(few('1.1.1.1', '239.1.1.10', '010.0.0.1', '0.0.0.0'), fc.ipV4()),
  MASK: few('255.255.255.255', '255.255.255.0', '0.0.0.0'),
  'H.H.H': few('0015.6247.EF90', '00:15:62:47:ef:91', '001562470000'),
  WORD: few('a', 'b', '7', '0', 'no', '"a b"', '"', '!', '__proto__', '$1$abc'),
  NAME: few('7960', '7971', 'CME-1', 'constructor', '7941ge'),
  NUMBER: few('2001', '2002', '20..', '+49*#'),
  DIALED: few('2001', '2002', '9T', 'A5001'),
  EXTENSION: few('2001', '2002', '2003', '20..', 'A5001'),
  DIALPLAN: few('.T', '9T', '1...', '[2-4]..'),
  BUTTON: few('1:1', '1:2', '2o1,2,3', '3x2', '4m1', '5w2', '2:1', '56s9'),
  POSITIONS: few('1', '2-4', '1,3-5', '2,3', '56'),
  TAGS: few('1', '1,2', '20,21'),
  TARGET: few('ipv4:1.2.3.4', 'ipv4:1.2.3.4:5070', 'dns:x.example.com', 'ras', 'sip-server'),
  STRING: few('x', '"a b"', '""', '"  "', 'device'),
  USER: few('ada', '"Ada L"', 'password', '""'),
  LINE: few('a', 'a  b', '"q" r', 'no x', '! x'),
  DISPLAY: few('Ada L', '"Ada"', 'a & b', 'secondary 2'),
  LABEL: few('Sales  2001', 'x', '!'),
  TEXT: few('Ada L', '"Ada L"', 'x'),
  KEY: few('AAAAC3NzaC1lZDI1NTE5AAAAIKx0', 'AAAAC3NzaC1lZDI1NTE5AAAAIKx1', 'AAAAC3NzaC1lZDI1NTE5AAAAIKx0 ada@home'),
  URL: few('flash:a.csv', 'tftp://1.1.1.1/b', 'HTTP://x/y'),
};

/** Lines that linewatch does not know, for any mode. */
const FOREIGN = few('h323', 'timezone 5', 'voice-class codec 1', 'vad', 'moh  music.au', 'auto assign 1 to 10', 'x y');

const FOREIGN_BLOCKS = fc.constantFrom(
  ['dial-peer voice 1 pots', ' destination-pattern 4...', ' port 0/1/0'],
  ['dial-peer voice 1 pots', ' no shutdown', ' shutdown'],
  ['ephone-hunt 1 longest-idle', ' pilot 1', ' nested', '  deeper'],
  ['ip http server', 'interface Gi0/0', ' ip address 1.1.1.1 255.0.0.0', 'line vty 0 4', ' login'],
  ['no ip http server', 'no interface Gi0/0'],
  ['router bgp 1', ' address-family ipv4 vrf A', '  network 1.0.0.0', ' exit-address-family'],
  ['router bgp 1', ' no address-family ipv4 vrf A', ' address-family ipv4 vrf B', ' exit-address-family', ' exit-x'],
  ['banner motd ^C', '  Hello, hostname x', '', '!', 'end ^C'],
  ['banner motd #', 'presence', '#'],
  ['banner motd #one line#', 'banner login $', '$'],
  ['no banner motd'],
  ['crypto pki certificate chain T', ' certificate self-signed 01', '  3082022B 30820194', '  3082022B', '  \tquit'],
  ['crypto pki certificate chain T', ' certificate ca 02', '  AA', '\tquit'],
  ['logging buffered 4096', 'ntp server 1.1.1.1', 'version 15.1', 'unheard of'],
);

/** One line of a mode, in words. */
function sequence(elements: readonly Element[]): fc.Arbitrary<string> {
  return fc
    .tuple(...elements.map((element) => elementWords(element)))
    .map((words) => words.filter((word) => word !== '').join(' '));
}

function elementWords(element: Element): fc.Arbitrary<string> {
  switch (element.kind) {
    case 'keyword':
      return fc.constant(element.word);
    case 'value': {
      const words = valueWords(element.type);
      return element.repeats
        ? fc.array(words, { minLength: 1, maxLength: 3 }).map((several) => several.join(' '))
        : words;
    }
    case 'optional':
      return fc.oneof(fc.constant(''), sequence(element.sequence));
    case 'choice':
      return fc.oneof(...element.alternatives.map((alternative) => sequence(alternative)));
  }
}

/** Words that a kind of argument takes. @throws Error when `WORDS` has none for it */
export function valueWords(type: ValueType): fc.Arbitrary<string> {
  const [, from, to] = /^<(\d+)-(\d+)>$/.exec(type.shown({})) ?? [];
  if (from !== undefined && to !== undefined) {
    const [low, high] = [Number(from), Number(to)];
    const small = fc.integer({ min: low, max: Math.min(low + 2, high) });
    return fc
      .oneof({ weight: 5, arbitrary: small }, fc.constant(high), fc.integer({ min: low, max: high }))
      .map(String);
  }
  const name = Object.keys(VALUE_TYPES).find((key) => VALUE_TYPES[key] === type) ?? '';
  const known = WORDS[name];
  if (known === undefined) throw new Error(`no words for arguments of the kind ${name}`);
  return known;
}

/** Every mode with the commands that lead into it, outermost first. */
function modesBelow(node: ModeNode, outer: Mode<ModeRecord>[]): { node: ModeNode; way: Mode<ModeRecord>[] }[] {
  const way = node.parent ? [...outer, node.mode] : outer;
  return [{ node, way }, ...node.children.flatMap((child) => modesBelow(child, way))];
}

function commandWords({ pattern, help }: Pick<Command<ModeRecord>, 'pattern' | 'help'>): fc.Arbitrary<string> {
  return sequence(readPattern(pattern, help).elements);
}

/** Some commands of one mode below what opens it, plain, with `no` or with `default`, and some that linewatch does not know. */
function modeBlock({ node, way }: { node: ModeNode; way: Mode<ModeRecord>[] }): fc.Arbitrary<string[]> {
  const words = node.mode.commands.map((command) => commandWords(command));
  const line = fc.oneof(...words.map((arbitrary) => ({ weight: 4, arbitrary })), {
    weight: Math.ceil(words.length / 2),
    arbitrary: FOREIGN,
  });
  const verb = few('', '', '', '', 'no ', 'default ');
  const body = fc.array(fc.tuple(verb, line), { maxLength: 8 });
  return fc
    .tuple(few('', '', '', '', '', 'no '), fc.tuple(...way.map((mode) => commandWords(mode))), body)
    .map(([undo, headings, lines]) => {
      const last = headings.length - 1;
      return [
        ...headings.map((heading, depth) => ' '.repeat(depth) + (depth === last ? undo : '') + heading),
        ...(undo === '' || last < 0 ? lines.map(([verb_, text]) => ' '.repeat(headings.length) + verb_ + text) : []),
        '!',
      ];
    });
}

const MODE_BLOCKS = modesBelow(ROOT, []).map(modeBlock);

/** A whole text: blocks of every mode, some of what only a router knows. */
export const commandText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.oneof(...MODE_BLOCKS) }, { weight: 1, arbitrary: FOREIGN_BLOCKS }), {
    maxLength: 14,
  })
  .map((blocks) => blocks.flat().join('\n'));
