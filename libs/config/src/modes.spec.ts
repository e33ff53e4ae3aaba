import { applyCommands, complete, emptyConfig, help, parseConfig, promptOf, questionOf, renderConfig } from './index';
import { type ModeNode, ROOT } from './modes';

interface ModeRow {
  section: string;
  /** The commands that lead into it. */
  way: string[];
  prompt: string;
  /** What running-config shows of it as soon as it is entered; absent: nothing until something is said in it. */
  heading?: string;
  refuses: Record<string, 'invalid' | 'incomplete'>;
  /** Given in global configuration after it was entered, each leaves nothing of it. */
  undone: string[];
}

const TABLE: ModeRow[] = [
  {
    section: '2.1',
    way: ['presence'],
    prompt: 'config-presence',
    heading: 'presence',
    refuses: { 'presence x': 'invalid' },
    undone: ['no presence', 'default presence'],
  },
  {
    section: '2.2',
    way: ['sip-ua'],
    prompt: 'config-sip-ua',
    refuses: { 'sip-ua x': 'invalid' },
    undone: ['no sip-ua', 'default sip-ua'],
  },
  {
    section: '2.8',
    way: ['telephony-service'],
    prompt: 'config-telephony',
    heading: 'telephony-service',
    refuses: { 'telephony-service 1': 'invalid' },
    undone: ['no telephony-service', 'default telephony-service'],
  },
  {
    section: '2.8',
    way: ['ephone-dn 1'],
    prompt: 'config-ephone-dn',
    heading: 'ephone-dn  1',
    refuses: { 'ephone-dn': 'incomplete', 'ephone-dn 0': 'invalid', 'ephone-dn 1 quad-line': 'invalid' },
    undone: ['no ephone-dn 1', 'default ephone-dn 1'],
  },
  {
    section: '2.8',
    way: ['ephone-dn 1000000 dual-line'],
    prompt: 'config-ephone-dn',
    heading: 'ephone-dn  1000000  dual-line',
    refuses: { 'ephone-dn 1000001': 'invalid' },
    undone: ['no ephone-dn 1000000', 'no ephone-dn 1000000 dual-line'],
  },
  {
    section: '2.8',
    way: ['ephone-dn 2 octo-line'],
    prompt: 'config-ephone-dn',
    heading: 'ephone-dn  2  octo-line',
    refuses: { 'ephone-dn 2 octo-line x': 'invalid' },
    undone: ['no ephone-dn 2'],
  },
  {
    section: '2.3, 2.8',
    way: ['ephone-dn-template 15'],
    prompt: 'config-ephone-dn-template',
    heading: 'ephone-dn-template  15',
    refuses: {
      'ephone-dn-template 0': 'invalid',
      'ephone-dn-template 16': 'invalid',
      'ephone-dn-template': 'incomplete',
    },
    undone: ['no ephone-dn-template 15', 'default ephone-dn-template 15'],
  },
  {
    section: '2.4, 2.8',
    way: ['ephone 1000000'],
    prompt: 'config-ephone',
    heading: 'ephone  1000000',
    refuses: { ephone: 'incomplete', 'ephone 0': 'invalid', 'ephone 1000001': 'invalid' },
    undone: ['no ephone 1000000', 'default ephone 1000000'],
  },
  {
    section: '2.6, 2.8',
    way: ['ephone-template 20'],
    prompt: 'config-ephone-template',
    heading: 'ephone-template  20',
    refuses: { 'ephone-template 0': 'invalid', 'ephone-template 21': 'invalid' },
    undone: ['no ephone-template 20'],
  },
  {
    section: '2.6',
    way: ['voice user-profile 1'],
    prompt: 'config-user-profile',
    heading: 'voice user-profile  1',
    refuses: { 'voice user-profile 0': 'invalid' },
    undone: ['no voice user-profile 1'],
  },
  {
    section: '2.6',
    way: ['voice logout-profile 1'],
    prompt: 'config-logout-profile',
    heading: 'voice logout-profile  1',
    refuses: { 'voice logout-profile': 'incomplete' },
    undone: ['no voice logout-profile 1'],
  },
  {
    section: '2.7, 2.8',
    way: ['voice register global'],
    prompt: 'config-register-global',
    refuses: { 'voice register globe': 'invalid', 'voice register': 'incomplete' },
    undone: ['no voice register global', 'default voice register global'],
  },
  {
    section: '2.3, 2.8',
    way: ['voice register dn 1'],
    prompt: 'config-register-dn',
    heading: 'voice register dn  1',
    refuses: { 'voice register dn 0': 'invalid', 'voice register dn 1000001': 'invalid' },
    undone: ['no voice register dn 1', 'default voice register dn 1'],
  },
  {
    section: '2.4, 2.8',
    way: ['voice register pool 1'],
    prompt: 'config-register-pool',
    heading: 'voice register pool  1',
    refuses: { 'voice register pool': 'incomplete', 'voice register pool 0': 'invalid' },
    undone: ['no voice register pool 1', 'default voice register pool 1'],
  },
  {
    section: '2.8',
    way: ['voice register template 10'],
    prompt: 'config-register-temp',
    heading: 'voice register template  10',
    refuses: { 'voice register template 0': 'invalid', 'voice register template 11': 'invalid' },
    undone: ['no voice register template 10'],
  },
  {
    section: '2.8',
    way: ['voice service voip'],
    prompt: 'conf-voi-serv',
    refuses: { 'voice service': 'incomplete', 'voice service pots': 'invalid' },
    undone: ['no voice service voip'],
  },
  {
    section: '2.8',
    way: ['voice service voip', 'sip'],
    prompt: 'conf-serv-sip',
    refuses: { 'voice service voip sip': 'invalid' },
    undone: ['no voice service voip'],
  },
  {
    section: '2.8',
    way: ['dial-peer voice 2147483647 voip'],
    prompt: 'config-dial-peer',
    heading: 'dial-peer voice 2147483647 voip',
    refuses: {
      'dial-peer voice 1': 'incomplete',
      'dial-peer voice 0 voip': 'invalid',
      'dial-peer voice 1 pots': 'invalid',
    },
    undone: ['no dial-peer voice 2147483647', 'no dial-peer voice 2147483647 voip'],
  },
];

const titled = TABLE.map((row): [string, string, ModeRow] => [row.section, row.way.join(' / '), row]);

describe.each(titled)('[cme-presence %s] the mode %s', (_section, _way, row) => {
  const { way, prompt, heading, refuses, undone } = row;

  test(`has the prompt (${prompt}), and shows its heading once it says something`, () => {
    const { config, mode, results } = applyCommands(emptyConfig(), way);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(promptOf(mode)).toBe(prompt);
    const shown = renderConfig(config)
      .split('\n')
      .filter((line) => !/^(!|end|)$/.test(line));
    expect(shown).toEqual(heading === undefined ? [] : [heading]);
  });

  test('is left by `exit` for the mode around it, and by `end` for EXEC', () => {
    expect(applyCommands(emptyConfig(), [...way, 'exit'])).toMatchObject({ mode: way.slice(0, -1), ended: false });
    expect(applyCommands(emptyConfig(), [...way, 'end'])).toMatchObject({ mode: [], ended: true });
  });

  test('is entered by what is printed of it', () => {
    const { config } = applyCommands(emptyConfig(), way);
    expect(parseConfig(renderConfig(config))).toMatchObject({ config, errors: [], unknown: [] });
  });

  test.each(Object.entries(refuses))('`%s` is refused as %s, and no mode is entered', (typed, refusal) => {
    const { config, mode, results } = applyCommands(emptyConfig(), [typed]);
    expect({ config, mode, results }).toMatchObject({ config: emptyConfig(), mode: [], results: [{ refusal }] });
  });

  test.each(undone)('`%s` leaves nothing of it', (undo) => {
    const { config, results } = applyCommands(emptyConfig(), [...way, ...way.map(() => 'exit').slice(1), 'exit', undo]);
    expect(results.at(-1)).toEqual({ ok: true });
    expect(config).toEqual(emptyConfig());
  });
});

test('the table has every mode', () => {
  const modesBelow = (node: ModeNode): string[] => [node.mode.prompt, ...node.children.flatMap(modesBelow)];
  expect(new Set(modesBelow(ROOT))).toEqual(new Set(['config', ...TABLE.map(({ prompt }) => prompt)]));
});

describe('what has to be typed first', () => {
  const answer = (way: string, ...lines: string[]) =>
    applyCommands(emptyConfig(), [way, ...lines])
      .results.map((result) => (result.ok ? 'ok' : result.text))
      .slice(1);

  test.each([
    ['2.8', 'voice register dn 1', 'allow watch', 'number 2101', '% The number of this dn has to be configured first'],
    [
      '2.8',
      'voice register pool 1',
      'type 7971',
      'id mac 0015.6247.EF90',
      '% The id of this pool has to be configured first',
    ],
    ['2.8', 'ephone-dn 1', 'label x', 'number 2101', '% The number of this ephone-dn has to be configured first'],
    [
      '2.8',
      'ephone 1',
      'ephone-template 1',
      'mac-address 0015.6247.EF90',
      '% The mac-address of this ephone has to be configured first',
    ],
  ])('[cme-presence %s] in %s, `%s` is refused before `%s`', (_, way, line, first, refusal) => {
    expect(answer(way, line)).toEqual([refusal]);
    expect(answer(way, first, line)).toEqual(['ok', 'ok']);
    expect(answer(way, `no ${line}`, `default ${line}`)).toEqual(['ok', 'ok']);
    // A whole text has an order of its own.
    expect(parseConfig([way, line, first].join('\n')).errors).toEqual([]);
  });
});

describe('a question before a line', () => {
  const question = [
    'This will remove all the existing DNs, Pools, Templates,',
    'Dialplan-Patterns, Dialplans and Feature Servers on the system.',
    'Are you sure you want to proceed? Yes/No? [no]:',
  ].join('\n');

  test.each([
    [[], 'no voice register global', question],
    [['presence'], 'no voi reg glo', question],
    [[], 'voice register global', undefined],
    [[], 'no voice register dn 1', undefined],
    [[], 'no', undefined],
    [['presence'], 'no watcher all', undefined],
  ])('[cme-presence 2.8] in %j `%s` asks %j', (mode, line, asked) => {
    expect(questionOf(mode, line)).toBe(asked);
  });
});

describe('assistance', () => {
  test.each([
    [[], 'pres', 'presence ', ['presence']],
    [[], 'ephone-dn', 'ephone-dn', ['ephone-dn', 'ephone-dn-template']],
    [['presence'], 'sccp blf', 'sccp blf-speed-dial ', ['blf-speed-dial']],
    [['presence'], 'no m', 'no max-subscription ', ['max-subscription']],
    [['presence'], 'max-subscription 1', 'max-subscription 1', []],
    [['presence'], 'nonsense ', 'nonsense ', []],
    [['presence'], 'teleph', 'telephony-service ', ['telephony-service']],
    [['voice register pool 1'], 'BLF', 'blf-speed-dial ', ['blf-speed-dial']],
  ])('in %j TAB makes of `%s` `%s` with the candidates %j', (mode, text, line, candidates) => {
    expect(complete(emptyConfig(), mode, text)).toEqual({ line, candidates });
  });

  test.each([
    [['presence'], 'w', ['watcher']],
    [['presence'], 'watcher ', ['all']],
    [['presence'], 'watcher all ', ['<cr>']],
    [['presence'], 'max-subscription ', ['<100-1000000>']],
    [['presence'], 'sccp blf-speed-dial retry-interval 60 ', ['limit']],
    [['presence'], 'server 1', ['A.B.C.D']],
    [['presence'], 'watcher none ', []],
    [['voice register dn 1'], 'name Ada ', ['LINE', '<cr>']],
    [['ephone 1'], 'button 1:1 ', ['WORD', '<cr>']],
    [['presence'], 'no ', ['allow', 'max-subscription', 'presence', 'sccp', 'server', 'watcher']],
    [['presence'], 'no max-subscription ', ['<100-1000000>', '<cr>']],
  ])('in %j `%s?` shows %j', (mode, text, tokens) => {
    expect(help(emptyConfig(), mode, text).map(({ token }) => token)).toEqual(tokens);
  });

  test.each([
    [['presence'], 's', '% Ambiguous command:  "s"'],
    [['presence'], 'no s', '% Ambiguous command:  "no s"'],
    [[], 'ephone-', '% Ambiguous command:  "ephone-"'],
    [['voice register global'], 'authenticate re', '% Ambiguous command:  "authenticate re"'],
    [['presence'], 'watcher', '% Incomplete command.'],
    [['presence'], 'watcher all x', `            ^\n% Invalid input detected at '^' marker.`],
    [['presence'], ' max-subscription 99', `                  ^\n% Invalid input detected at '^' marker.`],
  ])('in %j `%s` is answered with %j', (mode, line, text) => {
    expect(applyCommands(emptyConfig(), [line], { mode }).results).toEqual([
      expect.objectContaining({ ok: false, text }),
    ]);
  });
});
