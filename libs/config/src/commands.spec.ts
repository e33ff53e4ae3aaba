import { applyCommands, emptyConfig, parseConfig } from './index';
import { type CommandRow, describeCommands } from './testing/command-table';

const NUMBER = ['number 2999'];
const ID = ['id mac 0015.6247.EFFF'];
const POOL = ['voice register pool 1'];
const DN = ['voice register dn 1'];
const GLOBAL = ['voice register global'];
const SIP = ['voice service voip', 'sip'];

const TABLE: Record<string, CommandRow> = {
  hostname: {
    mode: [],
    accepts: { 'hostname CME-3825': 'hostname CME-3825', 'ho x': 'hostname x', 'hostname linewatch': '' },
    refuses: { hostname: 'incomplete', 'hostname -x': 'invalid', 'hostname a b': 'invalid' },
    undone: ['no hostname', 'no hostname CME-3825', 'default hostname'],
  },
  'enable secret': {
    mode: [],
    accepts: {
      'enable secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6':
        'enable secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6',
      'ena sec cisco': 'enable secret 0 cisco',
      'enable secret 0 cisco': 'enable secret 0 cisco',
    },
    refuses: {
      'enable secret': 'incomplete',
      'enable secret 5 cisco': 'rejected',
      'enable secret a b': 'invalid',
    },
    undone: ['no enable secret', 'default enable secret x'],
  },
  'username of the shell': {
    mode: [],
    accepts: {
      'username ada privilege 15 secret 5 $1$38652870$DUjsu4TTlTsOe/xxZ05uf/':
        'username ada privilege 15 secret 5 $1$38652870$DUjsu4TTlTsOe/xxZ05uf/',
      'user ada priv 1': 'username ada privilege 1',
      'username ada secret x': 'username ada secret 0 x',
      'username ada sshkey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx0 ada@home':
        'username ada sshkey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx0',
    },
    refuses: {
      'username ada': 'incomplete',
      'username ada privilege 16': 'invalid',
      'username ada secret 8 x': 'rejected',
      'username __proto__ privilege 1': 'invalid',
      'username ada sshkey ssh-dss AAAAC3NzaC1lZDI1NTE5AAAAIKx0': 'invalid',
      'username ada sshkey ssh-ed25519 key': 'invalid',
    },
    undone: ['no username ada', 'default username ada privilege 15'],
  },
  version: {
    mode: [],
    accepts: { 'version 12.4': 'version 12.4' },
    refuses: { version: 'incomplete' },
    undone: ['no version', 'default version 12.4'],
  },
  server: {
    section: '2.1',
    mode: ['presence'],
    accepts: { 'server 11.1.1.4': 'server 11.1.1.4', 'ser 010.1.1.1': 'server 10.1.1.1', 'server 0.0.0.0': '' },
    refuses: {
      server: 'incomplete',
      'server 1.2.3.256': 'invalid',
      'server 1.2.3': 'invalid',
      'server ::1': 'invalid',
    },
    undone: ['no server', 'no server 11.1.1.4', 'default server'],
  },
  'sccp blf-speed-dial': {
    section: '2.1',
    mode: ['presence'],
    accepts: {
      'sccp blf-speed-dial retry-interval 70 limit 20': 'sccp blf-speed-dial retry-interval 70 limit 20',
      'sc b r 3600 l 100': 'sccp blf-speed-dial retry-interval 3600 limit 100',
      'sccp blf-speed-dial retry-interval 60 limit 10': '',
    },
    refuses: {
      'sccp blf-speed-dial retry-interval 70': 'incomplete',
      'sccp blf-speed-dial retry-interval 70 limit number 15': 'invalid',
    },
    undone: ['no sccp blf-speed-dial retry-interval', 'default sccp blf-speed-dial retry-interval'],
  },
  'presence call-list': {
    section: '2.1, 2.5',
    mode: ['presence'],
    accepts: { 'presence call-list': 'presence call-list', 'p c': 'presence call-list' },
    refuses: { 'presence call-list x': 'invalid' },
    undone: ['no presence call-list', 'default presence call-list'],
  },
  'max-subscription': {
    section: '2.1',
    mode: ['presence'],
    accepts: { 'max-subscription 128': 'max-subscription 128', 'm 1000000': 'max-subscription 1000000' },
    refuses: {
      'max-subscription': 'incomplete',
      'max-subscription 1000001': 'invalid',
      'max-subscription x': 'invalid',
    },
    undone: ['no max-subscription', 'default max-subscription', 'max-subscription 100'],
  },
  'watcher all': {
    section: '2.1',
    mode: ['presence'],
    accepts: { 'watcher all': 'watcher all', 'w a': 'watcher all' },
    refuses: { 'watcher none': 'invalid' },
    undone: ['no watcher all', 'default watcher all'],
  },
  'allow subscribe': {
    section: '2.1',
    mode: ['presence'],
    accepts: { 'allow subscribe': 'allow subscribe' },
    refuses: { allow: 'incomplete', 'allow watch': 'invalid' },
    undone: ['no allow subscribe', 'default allow subscribe'],
  },
  'presence enable': {
    section: '2.2',
    mode: ['sip-ua'],
    accepts: { 'presence enable': 'presence enable' },
    refuses: { 'presence disable': 'invalid' },
    undone: ['no presence enable', 'default presence enable'],
  },
  authentication: {
    section: '2.2',
    mode: ['sip-ua'],
    accepts: {
      'authentication username jack password 021201481F': 'authentication username jack password 021201481F',
      'authentication username jack password 0 secret realm far':
        'authentication username jack password 0 secret realm far',
      'authentication username jack password 7 070C285F4D06': 'authentication username jack password 7 070C285F4D06',
    },
    refuses: {
      'authentication username jack': 'incomplete',
      'authentication username jack password 0': 'incomplete',
      'authentication jack': 'invalid',
    },
    undone: ['no authentication', 'no authentication username jack password 021201481F', 'default authentication'],
  },
  'allow-connections': {
    mode: ['voice service voip'],
    accepts: { 'allow-connections sip to sip': 'allow-connections sip to sip' },
    refuses: { 'allow-connections sip': 'incomplete', 'allow-connections pots to sip': 'invalid' },
    undone: ['no allow-connections sip to sip'],
  },
  'registrar server': {
    section: '2.8',
    mode: SIP,
    accepts: {
      'registrar server': 'registrar server',
      'registrar server expires max 240 min 60': 'registrar server expires max 240 min 60',
      'reg ser exp min 90': 'registrar server expires max 3600 min 90',
      'registrar server expires max 86400': 'registrar server expires max 86400 min 60',
    },
    refuses: {
      'registrar server expires max 59': 'invalid',
      'registrar server expires max 86401': 'invalid',
      'registrar server expires min 60 max 70': 'invalid',
      'registrar server expires max': 'incomplete',
    },
    undone: ['no registrar server', 'default registrar server'],
  },
  mode: {
    section: '2.8',
    mode: GLOBAL,
    accepts: { 'mode cme': 'mode cme', 'mode esrst': 'mode esrst', 'mode cme-': 'mode cme-app' },
    refuses: { mode: 'incomplete', 'mode srst': 'invalid' },
    undone: ['no mode', 'no mode cme', 'default mode'],
  },
  'source-address': {
    section: '2.8',
    mode: GLOBAL,
    accepts: {
      'source-address 10.1.1.2 port 5060': 'source-address 10.1.1.2 port 5060',
      'source-address 10.1.1.2': 'source-address 10.1.1.2 port 5060',
    },
    refuses: { 'source-address x': 'invalid', 'source-address 10.1.1.2 port 65536': 'invalid' },
    undone: ['no source-address', 'default source-address'],
  },
  'max-dn': {
    section: '2.8',
    mode: GLOBAL,
    accepts: { 'max-dn 20': 'max-dn 20', 'max-dn 1000000': 'max-dn 1000000' },
    refuses: { 'max-dn 0': 'invalid', 'max-dn 1000001': 'invalid', max: 'ambiguous' },
    undone: ['no max-dn', 'no max-dn 20', 'default max-dn'],
  },
  'max-pool': {
    section: '2.8',
    mode: GLOBAL,
    accepts: { 'max-pool 20': 'max-pool 20' },
    refuses: { 'max-pool': 'incomplete', 'max-pool 0': 'invalid' },
    undone: ['no max-pool', 'default max-pool'],
  },
  load: {
    mode: GLOBAL,
    accepts: { 'load 7971 SIP70.8-0-1-11S': 'load 7971 SIP70.8-0-1-11S' },
    refuses: { 'load 7971': 'incomplete', 'load __proto__ x': 'invalid' },
    undone: ['no load 7971', 'no load 7971 SIP70.8-0-1-11S'],
  },
  'authenticate presence': {
    section: '2.7',
    mode: GLOBAL,
    accepts: { 'authenticate presence': 'authenticate presence', 'auth pres': 'authenticate presence' },
    refuses: { authenticate: 'incomplete', 'authenticate all': 'invalid', 'authenticate r': 'ambiguous' },
    undone: ['no authenticate presence', 'default authenticate presence'],
  },
  'authenticate register': {
    section: '2.7',
    mode: GLOBAL,
    accepts: { 'authenticate register': 'authenticate register' },
    refuses: { 'authenticate register x': 'invalid' },
    undone: ['no authenticate register'],
  },
  'authenticate ood-refer': {
    section: '2.7',
    mode: GLOBAL,
    accepts: { 'authenticate ood-refer': 'authenticate ood-refer' },
    refuses: { 'authenticate ood-refer x': 'invalid' },
    undone: ['no authenticate ood-refer'],
  },
  'authenticate realm': {
    section: '2.7',
    mode: GLOBAL,
    accepts: { 'authenticate realm cisco': 'authenticate realm cisco' },
    refuses: { 'authenticate realm': 'incomplete' },
    undone: ['no authenticate realm', 'no authenticate realm cisco'],
  },
  'authenticate credential': {
    section: '2.7',
    mode: GLOBAL,
    accepts: {
      'authenticate credential 1 flash:cred1.csv': 'authenticate credential 1 flash:cred1.csv',
      'authenticate credential 5 tftp://172.18.207.15/labtest/cred1.csv':
        'authenticate credential 5 tftp://172.18.207.15/labtest/cred1.csv',
    },
    refuses: { 'authenticate credential 6 flash:x': 'invalid', 'authenticate credential 1 x': 'invalid' },
    undone: ['no authenticate credential 1', 'no authenticate credential 1 flash:cred1.csv'],
  },
  'create profile': {
    section: '2.8',
    mode: GLOBAL,
    accepts: { 'create profile sync 0004550081249644': 'create profile sync 0004550081249644', 'create profile': '' },
    refuses: { create: 'incomplete' },
    undone: ['no create profile'],
  },
  'dn number': {
    section: '2.8',
    mode: DN,
    accepts: { 'number 2101': 'number 2101', 'number +4930.*#': 'number +4930.*#' },
    refuses: { number: 'incomplete', 'number 12345678901234567': 'invalid', 'number 21a': 'invalid' },
    undone: ['no number', 'no number 2101', 'default number'],
  },
  'dn name': {
    section: '2.8',
    after: NUMBER,
    mode: DN,
    accepts: { 'name Ada Lovelace': 'name Ada Lovelace', 'name "Ada Lovelace"': 'name Ada Lovelace' },
    refuses: { name: 'incomplete', 'name a<b': 'invalid', 'name 5%': 'invalid', 'name a "b"': 'invalid' },
    undone: ['no name', 'no name Ada Lovelace', 'default name'],
  },
  'dn label': {
    section: '2.8',
    after: NUMBER,
    mode: DN,
    accepts: { 'label Ada 2101': 'label Ada 2101' },
    refuses: { label: 'incomplete', 'label a&b': 'invalid' },
    undone: ['no label', 'default label'],
  },
  'allow watch': {
    section: '2.3',
    after: NUMBER,
    mode: DN,
    accepts: { 'allow watch': 'allow watch', 'a w': 'allow watch', 'no allow watch': 'no allow watch' },
    refuses: { 'allow subscribe': 'invalid' },
    undone: ['default allow watch'],
  },
  'shared-line': {
    section: '2.8',
    after: NUMBER,
    mode: DN,
    accepts: {
      'shared-line': 'shared-line',
      'shared-line max-calls 2': 'shared-line',
      'sh m 16': 'shared-line max-calls 16',
    },
    refuses: {
      'shared-line max-calls 1': 'invalid',
      'shared-line max-calls 17': 'invalid',
      'shared-line max': 'incomplete',
    },
    undone: ['no shared-line', 'default shared-line'],
  },
  'no-reg': {
    mode: DN,
    after: NUMBER,
    accepts: { 'no-reg': 'no-reg' },
    refuses: { 'no-r x': 'invalid' },
    undone: ['no no-reg'],
  },
  'template session-transport': {
    section: '2.8',
    mode: ['voice register template 1'],
    accepts: { 'session-transport tcp': 'session-transport tcp', 'session udp': 'session-transport udp' },
    refuses: { 'session-transport tls': 'invalid', 'session-transport': 'incomplete' },
    undone: ['no session-transport', 'default session-transport'],
  },
  id: {
    section: '2.8',
    mode: POOL,
    accepts: {
      'id mac 0015.6247.EF90': 'id mac 0015.6247.EF90',
      'id mac 00:15:62:47:ef:90': 'id mac 0015.6247.EF90',
      'id ip 192.0.2.17': 'id ip 192.0.2.17 mask 255.255.255.255',
      'id ip 10.0.0.0 mask 255.0.0.0': 'id network 10.0.0.0 mask 255.0.0.0',
      'id network 127.0.0.0 mask 255.0.0.0': 'id network 127.0.0.0 mask 255.0.0.0',
      'id mac 0015.6247.EF90 device-id-name lobby': 'id mac 0015.6247.EF90 device-id-name lobby',
    },
    refuses: {
      id: 'incomplete',
      'id mac 0015.6247.EF9': 'invalid',
      'id network 127.0.0.0': 'incomplete',
      'id network 127.0.0.0 mask 255.0.255.0': 'invalid',
    },
    undone: ['no id', 'no id mac 0015.6247.EF90', 'default id'],
  },
  'pool session-transport': {
    section: '2.8',
    after: ID,
    mode: POOL,
    accepts: { 'session-transport tcp': 'session-transport tcp' },
    refuses: { 'session-transport sctp': 'invalid' },
    undone: ['no session-transport'],
  },
  type: {
    section: '2.8',
    after: ID,
    mode: POOL,
    accepts: { 'type 7971': 'type 7971', 'type 8851 addon 1 CP-8800-Audio': 'type 8851 addon 1 CP-8800-Audio' },
    refuses: { type: 'incomplete', 'type 8851 addon': 'incomplete' },
    undone: ['no type', 'no type 7971', 'default type'],
  },
  'pool number': {
    section: '2.8',
    after: ID,
    mode: POOL,
    accepts: { 'number 1 dn 1': 'number 1 dn 1', 'number 114 dn 1000000': 'number 114 dn 1000000' },
    refuses: {
      'number 0 dn 1': 'invalid',
      'number 115 dn 1': 'invalid',
      'number 1 dn 1000001': 'invalid',
      'number 1 2101': 'invalid',
      'number 1': 'incomplete',
    },
    undone: ['no number 1', 'no number 1 dn 1', 'default number 1'],
  },
  template: {
    section: '2.8',
    after: ID,
    mode: POOL,
    accepts: { 'template 1': 'template 1', 'template 10': 'template 10' },
    refuses: { 'template 0': 'invalid', 'template 11': 'invalid' },
    undone: ['no template', 'default template'],
  },
  'pool presence call-list': {
    section: '2.5',
    after: ID,
    mode: POOL,
    accepts: { 'presence call-list': 'presence call-list' },
    refuses: { 'presence enable': 'invalid' },
    undone: ['no presence call-list'],
  },
  username: {
    section: '2.8',
    after: ID,
    mode: POOL,
    accepts: {
      'username ada password secret': 'username ada password secret',
      'username ada password 0 secret': 'username ada password 0 secret',
      'username ada': 'username ada',
    },
    refuses: { username: 'incomplete', 'username ada password': 'incomplete', 'username ada pin': 'invalid' },
    undone: ['no username', 'no username ada password secret', 'default username'],
  },
  'blf-speed-dial': {
    section: '2.4',
    after: ID,
    mode: POOL,
    accepts: {
      'blf-speed-dial 1 2101 label "Ada L"': 'blf-speed-dial 1 2101 label "Ada L"',
      'blf 113 1001 label sales device': 'blf-speed-dial 113 1001 label "sales" device',
    },
    refuses: {
      'blf-speed-dial 0 2101 label x': 'invalid',
      'blf-speed-dial 114 2101 label x': 'invalid',
      'blf-speed-dial 1 2101': 'incomplete',
      'blf-speed-dial 1 2101 label': 'incomplete',
      'blf-speed-dial 1 2101 label 1234567890123456789012345678901': 'invalid',
    },
    undone: ['no blf-speed-dial 1', 'no blf-speed-dial 1 2101 label "Ada L"', 'default blf-speed-dial 1'],
  },
};

describeCommands(TABLE);

describe('modes', () => {
  test.each([
    ['voice register dn 0', 'invalid'],
    ['voice register dn 1000001', 'invalid'],
    ['voice register pool', 'incomplete'],
    ['voice register template 11', 'invalid'],
    ['v', 'ambiguous'],
  ])('`%s` is refused as %s and no mode is entered', (line, refusal) => {
    expect(applyCommands(emptyConfig(), [line])).toMatchObject({
      results: [{ refusal }],
      mode: [],
      config: emptyConfig(),
    });
  });

  test('the platform maximum bounds tags and limits', () => {
    const options = { platformMaximum: 200 };
    const lines = [
      'voice register dn 200',
      'voice register pool 201',
      'presence',
      'max-subscription 201',
      'max-subscription 200',
    ];
    const { results } = applyCommands(emptyConfig(), lines, options);
    expect(results.map((result) => result.ok)).toEqual([true, false, true, false, true]);
  });

  test('`exit` leaves one mode, `end` all, and both are told apart from leaving configuration', () => {
    const inSip = ['voice service voip', 'sip'];
    expect(applyCommands(emptyConfig(), inSip)).toMatchObject({ mode: inSip, ended: false });
    expect(applyCommands(emptyConfig(), [...inSip, 'exit'])).toMatchObject({ mode: inSip.slice(0, 1), ended: false });
    expect(applyCommands(emptyConfig(), [...inSip, 'end'])).toMatchObject({ mode: [], ended: true });
    expect(applyCommands(emptyConfig(), ['exit'])).toMatchObject({ mode: [], ended: true });
  });

  test('the mode can be carried from one call to the next', () => {
    const { mode, config } = applyCommands(emptyConfig(), ['voi reg poo 7']);
    expect(mode).toEqual(['voice register pool 7']);
    const next = applyCommands(config, ['id mac 0015.6247.EF90', 'type 7971'], { mode });
    expect(next.config.pools[7]).toMatchObject({ type: '7971' });
    expect(() => applyCommands(config, [], { mode: ['interface Gi0'] })).toThrow('no mode named interface Gi0');
  });

  test('a command of an outer mode may be given in an inner one', () => {
    const lines = ['voice register pool 1', 'id mac 001562471111', 'presence', 'watcher all', 'hostname x'];
    const { config, results, mode } = applyCommands(emptyConfig(), lines);
    expect(results.every((result) => result.ok)).toBe(true);
    expect(config).toMatchObject({ hostname: 'x', presence: { watcherAll: true }, pools: { 1: { callList: false } } });
    expect(mode).toEqual([]);
  });

  test('an abbreviation is not looked up in outer modes once the mode itself knows something like it', () => {
    const answer = (mode: string[], line: string) => applyCommands(emptyConfig(), [line], { mode });
    expect(answer(['presence'], 's')).toMatchObject({ mode: ['presence'], results: [{ refusal: 'ambiguous' }] });
    expect(answer(['voice register pool 1'], 'pr')).toMatchObject({ results: [{ refusal: 'incomplete' }] });
    expect(answer(['voice register pool 1'], 'presence')).toMatchObject({
      mode: ['presence'],
      results: [{ ok: true }],
    });
    expect(answer(['voice register pool 1'], 'sip')).toMatchObject({ mode: ['sip-ua'], results: [{ ok: true }] });
  });

  test('`no presence` and `no sip-ua` reset everything in them', () => {
    const lines = ['presence', 'watcher all', 'sip-ua', 'presence enable', 'exit', 'no presence', 'no sip-ua'];
    expect(applyCommands(emptyConfig(), lines).config).toEqual(emptyConfig());
  });

  test('`no voice register dn` removes one directory number', () => {
    const lines = ['voice register dn 1', 'voice register dn 2', 'no voice register dn 1'];
    expect(Object.keys(applyCommands(emptyConfig(), lines).config.dns)).toEqual(['2']);
  });

  test.each(['no voice register global', 'no mode'])('`%s` takes all pools and dns with it', (line) => {
    const lines = ['voice register dn 1', 'voice register pool 1', 'voice register global', 'mode cme', line];
    expect(applyCommands(emptyConfig(), lines).config).toEqual(emptyConfig());
  });

  test('the Config that commands were applied to stays as it was', () => {
    const before = parseConfig('voice register dn 1\n number 2101\nvoice register pool 1\n number 1 dn 1\n').config;
    const copy = structuredClone(before);
    const lines = [
      'voice register dn 1',
      'number 2102',
      'voice register pool 1',
      'no number 1',
      'no voice register dn 1',
    ];
    const after = applyCommands(before, lines).config;
    expect(before).toEqual(copy);
    expect(after).not.toEqual(copy);
    expect(after.presence).toBe(before.presence);
  });
});
