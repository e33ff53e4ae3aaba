import { PassThrough, Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { execTrees } from '../exec/exec-commands';
import { MOMENT, MemorySystem } from '../testing/memory-system';
import { openTerminal } from '../testing/terminal-rig';
import { startMonitor } from './monitor';
import { newSession } from './session-state';
import { TerminalSession } from './terminal-session';

/** What a script prints, and its exit status. */
async function script(...lines: string[]): Promise<{ status: number; out: string; err: string; memory: MemorySystem }> {
  const memory = new MemorySystem();
  await memory.running.start(memory);
  const printed = { out: '', err: '' };
  const collect = (name: 'out' | 'err'): PassThrough => {
    const stream = new PassThrough();
    stream.on('data', (bytes: Buffer) => (printed[name] += bytes.toString()));
    return stream;
  };
  const { system, running } = memory;
  const session = new TerminalSession(
    newSession(
      { ...system, trees: execTrees, interactive: false, trusted: true },
      { running: running.current(), level: 'user', terminal: { length: 24, width: 80, monitor: false } },
    ),
    {
      input: Readable.from([]),
      output: collect('out'),
      errors: collect('err'),
      world: { system, running, author: 'ada', now: () => MOMENT },
      monitor: (say) => startMonitor(memory as never, say),
    },
  );
  const status = await session.follow(createInterface({ input: Readable.from(lines.map((line) => `${line}\n`)) }));
  await new Promise((resolve) => setImmediate(resolve));
  return { status, ...printed, memory };
}

describe('a script', () => {
  it('prints what its commands print and nothing else, without paging, and ends with 0', async () => {
    const many = Array.from({ length: 40 }, (_, tag) => `username u${tag} privilege 1`);
    const { status, out, err } = await script('enable', 'configure terminal', ...many, 'end', 'show running-config');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.match(/^username/gm)).toHaveLength(40);
    expect(out).not.toMatch(/[>#]|More/);
  });

  it('goes on after a refused line, says on stderr which one it was, and ends with 1', async () => {
    const { status, err, memory } = await script(
      'enable',
      'configure terminal',
      'presence',
      ' max-subscription 99',
      'watcher all',
    );
    expect({ status, err }).toEqual({
      status: 1,
      err: " max-subscription 99\n                  ^\n% Invalid input detected at '^' marker.\n",
    });
    expect(memory.running.current().presence).toMatchObject({ maxSubscription: 100, watcherAll: true });
  });

  it('answers questions and gives passwords by its next line', async () => {
    const secret = 'enable secret 5 $1$38652870$DUjsu4TTlTsOe/xxZ05uf/';
    const { status, out, err } = await script(
      'enable', 'configure terminal', 'hostname a', 'hostname b', secret, 'end',
      'configure replace 1', 'no', 'configure replace 1', 'yes', 'show running-config | include hostname',
      'configure terminal', secret, 'end', 'disable', 'enable', 'wrong', 'enable', 'hashcat', 'show privilege',
    ); // prettier-ignore
    expect(out).toBe('Rollback Done: revision 4 runs.\nhostname a\nCurrent privilege level is 15\n');
    expect({ status, err }).toEqual({ status: 1, err: 'enable\n% Bad secrets\n' });
  });

  it('ends at `exit`', async () => {
    expect((await script('exit', 'nonsense')).status).toBe(0);
  });
});

describe('a person at a terminal', () => {
  it('may type ahead while something is going on', async () => {
    const memory = new MemorySystem();
    const rig = await openTerminal(memory);
    await rig.type('enable<ENTER>conf t<ENTER>hostname a<ENTER>hostname b<ENTER>end<ENTER>');
    expect(rig.screen()).toMatch(/a\(config\)#hostname b\nb\(config\)#end\nb#$/);
  });

  it('may paste more than fits, and all of it is taken in its order', async () => {
    const memory = new MemorySystem();
    const rig = await openTerminal(memory, { level: 'privileged', length: 0 });
    const names = Array.from({ length: 500 }, (_, tag) => `username u${tag} privilege 1`);
    await rig.type(
      `show presence global<ENTER>${' '.repeat(4000)}<CTRL-U>conf t<ENTER>${names.join('<ENTER>')}<ENTER>end<ENTER>`,
    );
    while (!rig.screen().endsWith(')#end\nlinewatch#')) await new Promise((resolve) => setImmediate(resolve));
    expect(memory.running.current().users).toHaveLength(500);
    const order = memory.stored.map(({ event }) => (event.data as { commands: string[] }).commands[0]);
    expect(order).toEqual(names);
  });

  it('ends a show command that does not answer with Ctrl-C', async () => {
    const memory = new MemorySystem();
    memory.ask = () => new Promise(() => undefined);
    const rig = await openTerminal(memory);
    void rig.type('show presence global<ENTER>');
    await new Promise((resolve) => setImmediate(resolve));
    await rig.type('<CTRL-C>');
    expect(rig.screen()).toMatch(/global\nlinewatch>$/);
  });

  it('sees what happens above the line that is being typed, with `terminal monitor`', async () => {
    const memory = new MemorySystem();
    const rig = await openTerminal(memory, { level: 'privileged' });
    await rig.type('terminal monitor<ENTER>show priv');
    memory.put(memory.subjects.config('global'), {
      type: 'linewatch.config.applied',
      data: { author: 'ben', commands: ['username eve secret 0 x'], change: { id: '1', part: 0, parts: 1 } },
    });
    await rig.type('<ENTER>terminal no monitor<ENTER>');
    memory.put(memory.subjects.config('startup-config'), {
      type: 'linewatch.config.saved',
      data: { author: 'ben', revision: 1 },
    });
    await rig.type('');
    expect(rig.screen()).toBe(
      [
        'linewatch#terminal monitor',
        'linewatch#show priv',
        '*Nov 28 06:00:01.000: %SYS-5-CONFIG_I: Configured by ben, revision 1: username eve secret 0 …',
        'linewatch#show priv',
        'Current privilege level is 15',
        'linewatch#terminal no monitor',
        'linewatch#',
      ].join('\n'),
    );
  });

  it('is told what it debugs above the line that is being typed, also without `terminal monitor`, until it leaves', async () => {
    const memory = new MemorySystem();
    const rig = await openTerminal(memory, { level: 'privileged' });
    await rig.type('debug presence event<ENTER>');
    const { subject, event } = memory.said.at(-1)!;
    expect(event).toEqual({ type: 'linewatch.debug.wish', data: { presence: ['event'], ephoneBlf: [] } });
    const line = subject.replace(/wish$/, 'lines');
    const tell = (texts: string[], dropped = 0) =>
      memory.publish(
        line,
        { type: 'linewatch.debug.lines', data: { lines: texts.map((text) => ({ at: MOMENT, text })), dropped } },
        '/sip-edge/2',
      );
    await rig.type('show priv');
    tell(['one', '\x1b[2Jtwo']);
    await rig.type('<ENTER>');
    tell([], 312);
    await rig.type('undebug all<ENTER>');
    tell(['too late']);
    await rig.type('debug ephone blf<ENTER>');
    await rig.type('exit<ENTER>');
    expect(rig.screen()).toBe(
      [
        'linewatch#debug presence event',
        'Presence event debugging is on',
        'linewatch#show priv',
        '*Nov 28 06:00:00.000: one',
        '*Nov 28 06:00:00.000: ?[2Jtwo',
        'linewatch#show priv',
        'Current privilege level is 15',
        'linewatch#',
        '(312 messages of sip-edge-2 were left out)',
        'linewatch#undebug all',
        'All possible debugging has been turned off',
        'linewatch#debug ephone blf',
        'EPHONE BLF debugging is enabled',
        'linewatch#exit',
        '',
      ].join('\n'),
    );
    const wishes = memory.said.filter((one) => one.subject === subject).map((one) => one.event.data);
    const nothing = { presence: [], ephoneBlf: [] };
    expect(wishes.slice(1)).toEqual([nothing, { presence: [], ephoneBlf: 'all' }, nothing]);
  });

  it('without a secret may not enable from the network', async () => {
    const rig = await openTerminal(new MemorySystem(), { trusted: false });
    await rig.type('enable<ENTER>');
    expect(rig.screen()).toMatch(/% No password set\nlinewatch>$/);
  });

  it('whose connection ends is gone', async () => {
    const rig = await openTerminal(new MemorySystem());
    await rig.type('exit<ENTER>');
    expect(await rig.session.ended).toBe(0);
  });
});
