import fc from 'fast-check';
import { type Config, applyCommands, diffConfig, emptyConfig, parseConfig, renderConfig } from './index';

/** Modes with commands that belong there, so that random texts say something. */
const VOCABULARY: Record<string, string[]> = {
  '': [
    'hostname a',
    'hostname b',
    'version 12.4',
    'enable secret x',
    'no enable secret',
    'username ada privilege 15 secret x',
    'username ada privilege 1',
    'username ada secret y',
    'username ben sshkey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx0',
    'username ben sshkey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx1',
    'username ben sshkey ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIKx0',
    'no username ben sshkey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx0',
    'no username ada',
    'ip http server',
    'interface Gi0/0',
    'no presence',
    'no sip-ua',
  ],
  presence: [
    'server 1.2.3.4',
    'watcher all',
    'allow subscribe',
    'presence call-list',
    'max-subscription 128',
    'max-subscription 99',
    'sccp blf-speed-dial retry-interval 70 limit 20',
  ],
  'sip-ua': [
    'presence enable',
    'authentication username u password p',
    'authentication username u password 7 0822 realm r',
    'retry invite 3',
  ],
  'voice service voip': ['allow-connections sip to sip', 'allow-connections h323 to sip', 'h323', 'sip'],
  'voice service voip\nsip': ['registrar server', 'registrar server expires max 240 min 61', 'bind all'],
  'voice register global': [
    'mode cme',
    'mode esrst',
    'max-dn 5',
    'source-address 1.1.1.1',
    'load 7971 a',
    'load 7960 b',
    'authenticate presence',
    'authenticate realm x',
    'authenticate credential 2 flash:a',
    'timezone 5',
  ],
  'voice register template 3': ['session-transport tcp', 'button-layout 1 line', 'button-layout 2-4 url-button'],
  'telephony-service': [
    'auto-reg-ephone',
    'max-ephones 5',
    'max-dn 5 preference 1 no-reg both',
    'max-dn 6',
    'ip source-address 1.1.1.1',
    'ip source-address 1.1.1.2 port 2443 strict-match',
    'service dss',
    'service profile callLogBlfEnabled',
    'service phone videoCapability 1',
    'timeouts interdigit 5',
    'system message a  b',
    'url services http://x',
    'time-format 24',
    'max-conferences 6 gain -6',
    'call-forward pattern .T',
    'call-forward pattern 1...',
    'transfer-system full-consult dss',
    'transfer-pattern .T',
    'transfer-pattern .T blind',
    'keepalive 60',
    'keepalive 60 auxiliary 70',
    'create cnf-files version-stamp Jan 01 2002 00:00:00',
    'restart all',
    'moh music.au',
    'auto assign 1 to 10',
    'max 5',
    'url x y',
    'load',
  ],
  'ephone-dn-template 2': ['allow watch', 'description d', 'pickup-group 1'],
  'ephone-template 2': [
    'button-layout 1,3-5 line',
    'button-layout 2,3 speed-dial',
    'button-layout 4 url',
    'button-layout 1 feature',
    'blf-speed-dial 1 2101 label "a b" device',
    'url-button 1 http://x "my dir"',
    'feature-button 1 Park label p',
    'softkeys idle Redial',
  ],
  'dial-peer voice 7 voip': [
    'preference 2',
    'destination-pattern 1...',
    'session protocol sipv2',
    'session target ipv4:1.2.3.4:5070',
    'session target dns:x',
    'dtmf-relay sip-notify',
    'shutdown',
    'huntstop',
  ],
  'voice user-profile 1': ['pin 1', 'user "a b" password c', 'speed-dial 1 2 label "x" blf', 'number 1 type normal'],
  'voice logout-profile 1': ['speed-dial 1 2', 'user a password b'],
};
/** Four dns over three numbers in each of the line modes, so that they meet one another. */
for (const heading of ['ephone-dn 1', 'ephone-dn 1 dual-line', 'ephone-dn 2 octo-line', 'ephone-dn 30']) {
  VOCABULARY[heading] = [
    'number 2001',
    'number 2002',
    'number 2001 secondary 3 no-reg primary',
    'number 20.. no-reg',
    'shared-line sip',
    'shared-line sip max calls 4',
    'park-slot directed timeout 60 limit 2 notify 2001 only recall',
    'park-slot',
    'paging ip 239.1.1.1 port 2000',
    'paging group 1,2',
    'conference meetme video',
    'label a  "b"',
    'name Ada L',
    'allow watch',
    'ephone-dn-template 2',
    'application default',
    'call-forward all 5',
    'call-forward noan 5 timeout 10 secondary',
    'preference 1 secondary 2',
    'huntstop',
    'huntstop channel 4',
    'huntstop channel',
    'mwi sip',
  ];
}
for (const tag of [1, 2]) {
  VOCABULARY[`ephone ${tag}`] = [
    'mac-address 0012.7F57.62A5',
    'mac-address reserved',
    'type 7960 addon 1 7914',
    'type E61',
    'button 1:1',
    'button 1:1 2o2,30 3x2',
    'button 2:2 4m1',
    'auto-line',
    'auto-line 2 answer-incoming',
    'auto-line incoming',
    'fastdial 1 5 name "Mr X"',
    'speed-dial 1 5 label x',
    'speed-dial 2 6',
    'blf-speed-dial 1 2101 label "a b"',
    'blf-speed-dial 2 2102 label c device',
    'presence call-list',
    'phone-ui blf-speed-dial',
    'ephone-template 2',
    'username "a b" password c',
    'paging-dn 1 unicast',
    'keepalive 60',
    'feature-button 1 Park',
    'description d',
    'restart',
    'night-service bell',
  ];
}
for (const tag of [1, 2, 30]) {
  VOCABULARY[`voice register dn ${tag}`] = [
    'number 2101',
    'number 21..',
    'name Ada L',
    'label x  y',
    'allow watch',
    'shared-line',
    'shared-line max-calls 3',
    'no-reg',
    'pickup-group 1',
  ];
  VOCABULARY[`voice register pool ${tag}`] = [
    'id mac 0015.6247.EF90',
    'id ip 1.2.3.4',
    'id network 10.0.0.0 mask 255.0.0.0',
    'type 7971',
    'type 8851 addon 1 CKEM',
    'number 1 dn 2',
    'number 2 dn 1',
    'number 1 dn 1',
    'template 3',
    'session-transport udp',
    'presence call-list',
    'username a password 0 b',
    'blf-speed-dial 1 2101 label "a b"',
    'blf-speed-dial 2 2102 label c device',
    'blf-speed-dial 1 2103 label ""',
    'dtmf-relay rtp-nte',
    'codec g711ulaw',
  ];
}
const UNKNOWN_BLOCKS = [
  ['dial-peer voice 1 pots', ' destination-pattern 4...', ' port 0/1/0'],
  ['dial-peer voice 1 pots', ' no shutdown'],
  ['ephone-hunt 1 longest-idle', ' pilot 1', ' nested', '  deeper'],
];

/** One block of a text: a mode and some of its commands, plain, with `no` or with `default`. */
const block = fc.constantFrom(...Object.keys(VOCABULARY)).chain((mode) => {
  const headings = mode === '' ? [] : mode.split('\n');
  const command = fc.tuple(
    fc.constantFrom('', '', '', 'no ', 'default '),
    fc.constantFrom(...(VOCABULARY[mode] ?? [])),
  );
  return fc
    .array(command, { maxLength: 6 })
    .map((commands) => [
      ...headings.map((heading, depth) => ' '.repeat(depth) + heading),
      ...commands.map(([verb, line]) => ' '.repeat(headings.length) + verb + line),
      '!',
    ]);
});
const text = fc
  .array(fc.oneof({ weight: 5, arbitrary: block }, { weight: 1, arbitrary: fc.constantFrom(...UNKNOWN_BLOCKS) }), {
    maxLength: 12,
  })
  .map((blocks) => blocks.flat().join('\n'));
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
