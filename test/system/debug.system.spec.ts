import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { SccpOffice, until } from '@linewatch/kit';
import { SshTerminal } from './ssh-terminal';

/** `debug` as an operator meets it: lines of every process in the shell that asked, and none once it has gone. */

const LEASE_MS = 15_000;

describe('debugging', () => {
  let office: SccpOffice;
  const open = async (): Promise<SshTerminal> => {
    const terminal = await SshTerminal.open(office.system.ssh[0]!, { username: 'root', password: 'toor' });
    await terminal.shows(/#$/);
    return terminal;
  };
  /** How many shells each process tells what they debug. */
  const debugging = async (): Promise<Record<string, number>> => {
    const { stdout } = await office.system.console(['show', 'processes', '--json']);
    const { processes } = JSON.parse(stdout) as { processes: { id: string; debugging: number }[] };
    return Object.fromEntries(processes.map(({ id, debugging: shells }) => [id, shells]));
  };
  const untilNobodyIsTold = (withinMs: number): Promise<void> =>
    until(async () => Object.values(await debugging()).every((shells) => shells === 0), 'nobody is told', withinMs);

  beforeAll(async () => {
    office = await SccpOffice.open({ ssh: true });
    await office.configure('username root privilege 15 secret toor');
  });
  afterAll(() => office.close());

  it('of the BLF of a phone during a call prints five lines a lamp, and is off when its shell has gone', async () => {
    const one = await office.station(1);
    const two = await office.station(2);
    // Whom phone 1 does not watch.
    const caller = await office.sip(2);
    await one.shows(1, 'idle');
    const terminal = await open();
    const other = await open();
    await terminal.type('debug ephone blf mac-address 0200.0000.0101\r', /enabled for phone 0200\.0000\.0101\n[^]*#$/);
    await until(async () => (await debugging())['sccp-edge-1'] === 1, 'the edge tells this shell');
    const call = caller.call('3002');
    await two.nextCall();
    await one.shows(1, 'in-use');
    await call.cancel();
    await one.shows(1, 'idle');
    const shown = (await terminal.shows(/sent, status 1\n/)).split('\n').filter((line) => line.startsWith('*'));
    const [, subId = ''] = /subID (\d+) type 4/.exec(shown[0] ?? '') ?? [];
    const time = /^\*[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d{3}: /;
    expect(shown.map((line) => line.replace(time, ''))).toEqual(
      [
        [6, 2],
        [1, 1],
      ].flatMap(([lineStatus, status]) => [
        `skinny_asnl_callback: subID ${subId} type 4`,
        'ASNL_RESP_NOTIFY_INDICATION',
        `ephone-1[0]:ASNL notify indication message, feature index 1, subID [${subId}]`,
        `ephone-1[0]:line status ${lineStatus}, subID [${subId}]`,
        `ephone-1[0]:StationFeatureStatV2Message sent, status ${status}`,
      ]),
    );
    // Who did not ask sees nothing.
    expect(await other.type('show debugging\r', /debugging\n[^]*#$/)).not.toContain('*');
    terminal.close();
    await terminal.closed();
    await untilNobodyIsTold(5_000);
    other.close();
    await office.leave();
  });

  it('of presence shows what every process does, from the SUBSCRIBE to the NOTIFY and its answer', async () => {
    const [watcher, watched] = [await office.sip(1), await office.sip(2)];
    const terminal = await open();
    await terminal.type('debug presence all\r', /on\n[^]*#$/);
    await until(async () => Object.values(await debugging()).every((shells) => shells === 1), 'everybody tells');
    const key = await watcher.subscribe('2102');
    await key.waitFor('idle');
    await terminal.shows(/asnl_notify_response: number \d+ was answered 200/);
    for (const step of [
      /\/\/PRESENCE:\[0\]:\/asnl_subscribe_indication: 2101@\S+ to 2102@\S+, presence, 3600 seconds/,
      /\/\/PRESENCE:\[\d+\]:\/presence_subscription_stored: 2101@\S+ watches 2102 for 3600 seconds/,
      /\/\/PRESENCE:\[\d+\]:\/presence_authorize: allow/,
      /\/\/PRESENCE:\[\d+\]:\/presence_timer_start: expires in 3600 seconds/,
      /\/\/PRESENCE:\[\d+\]:\/presence_notify: 2102@\S+ is idle, to 2101@/,
      /\/\/PRESENCE:\[\d+\]:\/presence_xml_encode: application\/pidf\+xml/,
      /\/\/PRESENCE:\[\d+\]:\/presence_xml_encode: .*<basic>open<\/basic>/,
      /\/\/PRESENCE:\[\d+\]:\/presence_notify: entered/,
    ])
      await terminal.shows(step);
    const call = watched.call('3009');
    await terminal.shows(/\/presence_line_state: 2102 is in-use/);
    await call.cancel().catch(() => undefined);
    await terminal.type('undebug all\r', /turned off\n[^]*#$/);
    await untilNobodyIsTold(5_000);
    terminal.close();
    await office.leave();
  });

  it('is off when its shell died without a word, after a while', async () => {
    const shell = spawn(process.execPath, [join(__dirname, '../../bin/linewatch.mjs')], {
      env: {
        ...process.env,
        LINEWATCH_NATS_URL: office.system.natsUrl,
        LINEWATCH_REDIS_URL: office.system.redisUrl,
        LINEWATCH_PREFIX: office.system.prefix,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let text = '';
    shell.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    const ended = new Promise((resolve) => shell.once('close', resolve));
    try {
      shell.stdin.write('enable\ndebug presence info\n');
      await until(async () => (await debugging())['presence-state-1'] === 1, 'the shell is told');
      // A script prints what it debugs, too.
      await office.sip(2);
      await until(() => /^\*.*\/presence_line_state: 2102 is idle/m.test(text), 'the line is idle in the shell');
    } finally {
      shell.kill('SIGKILL');
      await ended;
    }
    await untilNobodyIsTold(LEASE_MS + 15_000);
  });
});
