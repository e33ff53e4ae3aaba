import { applyCommands, emptyConfig, parseConfig } from '@linewatch/config';
import fc from 'fast-check';
import { formatRefusals, planChange } from './change-plan';

const running = parseConfig('voice register dn  1\n number 2101\n!\npresence\n watcher all\n').config;

describe('the plan of a change', () => {
  it.each<[string, string, string[]]>([
    ['adds to what runs', 'voice register dn 1\n allow watch\n', ['voice register dn  1', ' allow watch']],
    ['takes back what it says to take back', 'presence\n no watcher all\n', ['presence', ' no watcher all']],
    ['reads commands as they are typed', 'presence\nmax-sub 200\nexit\n', ['presence', ' max-subscription 200']],
    ['reads lines from Windows, with a byte order mark', '\uFEFFhostname Berlin\r\nend\r\n', ['hostname Berlin']],
    ['is nothing where all is said already', 'presence\n watcher all\n', []],
    ['is nothing for no text', '', []],
  ])('%s', (_, text, commands) => {
    expect(planChange(running, text)).toEqual({ commands, refusals: [], unknown: [], orders: [] });
  });

  it('has the orders to phones in their place, none of them when a line is refused', () => {
    const text = 'ephone 1\n restart\ntelephony-service\n create cnf-files\n reset all\n';
    const { commands, orders } = planChange(running, text);
    expect(commands).toEqual(['telephony-service', 'ephone  1']);
    expect(orders).toEqual([
      { order: 'restart', phones: 'sccp', device: 'ephone:1' },
      { order: 'reset', phones: 'sccp' },
    ]);
    expect(planChange(running, `${text}presence\n max-subscription 99\n`).orders).toEqual([]);
  });

  it('is none at all when a line of it is refused', () => {
    expect(planChange(running, 'hostname Berlin\npresence\n max-subscription 99\n')).toMatchObject({
      commands: [],
      refusals: [{ line: 3, text: ' max-subscription 99' }],
    });
  });

  it('ends tags at the maximum of the platform', () => {
    const { refusals } = planChange(running, 'voice register dn 3\n', { platformMaximum: 2 });
    expect(refusals).toHaveLength(1);
  });

  it('makes of any configuration what its lines, typed there, make of it', () => {
    const line = fc.constantFrom(
      'presence',
      ' watcher all',
      ' no watcher all',
      ' max-subscription 300',
      'no presence',
      'voice register dn 1',
      ' number 2105',
      ' allow watch',
      'no voice register dn 1',
      'router bgp 1',
      'no router bgp 1',
      '!',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom(running, emptyConfig()), (lines, from) => {
        const { commands, refusals } = planChange(from, lines.join('\n'));
        fc.pre(refusals.length === 0);
        const keepUnknown = true;
        expect(applyCommands(from, commands, { keepUnknown }).config).toEqual(
          applyCommands(from, lines, { keepUnknown }).config,
        );
      }),
    );
  });
});

describe('refused lines', () => {
  it('are shown with the caret below the offending word, also behind a tab', () => {
    const { refusals } = planChange(running, 'presence\n\tmax-subscription many\n');
    expect(formatRefusals('a.cfg', refusals)).toBe(
      [
        'a.cfg, line 2:',
        ' max-subscription many',
        '                  ^',
        "% Invalid input detected at '^' marker.",
        '',
      ].join('\n'),
    );
  });

  it('are at most a screenful, and the others are counted', () => {
    const { refusals } = planChange(running, `presence\n${' max-subscription 9\n'.repeat(70)}`);
    const shown = formatRefusals('a.cfg', refusals);
    expect(shown.match(/^a\.cfg, line/gm)).toHaveLength(50);
    expect(shown).toMatch(/… and 20 more\n$/);
  });
});
