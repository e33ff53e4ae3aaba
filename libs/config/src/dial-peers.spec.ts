import { dialPeerDirectory, dialPeerTarget, parseConfig } from './index';

/** A SIP trunk for each pattern, its tag counted from 1, with these lines besides. */
function directory(...peers: { pattern: string; lines?: string[] }[]) {
  const text = peers.map(({ pattern, lines = [] }, at) => {
    const all = [`destination-pattern ${pattern}`, 'session protocol sipv2', 'session target ipv4:192.0.2.4', ...lines];
    return `dial-peer voice ${at + 1} voip\n${all.map((line) => ` ${line}\n`).join('')}`;
  });
  const { config, errors } = parseConfig(text.join(''));
  expect(errors).toEqual([]);
  return dialPeerDirectory(config);
}

const tags = (found: { tag: number }[]) => found.map(({ tag }) => tag);

test.each([
  ['1...', '1003', true],
  ['1...', '2003', false],
  ['1...', '100', false],
  ['1...', '10033', false],
  ['9T', '9', true],
  ['9T', '900493012345', true],
  ['.T', '', false],
  ['.T', '5', true],
  ['[2-4]..', '311', true],
  ['[2-4]..', '511', false],
  ['[25-7]1', '61', true],
  ['[^2]1', '21', false],
  ['[^2]1', '31', true],
  ['+49.T', '+4930', true],
  ['+49.T', '4930', false],
  ['12%3', '13', true],
  ['12%3', '12223', true],
  ['12?3', '1223', false],
  ['12+3', '13', false],
  ['12+3', '1223', true],
  ['408,555....$', '4085551234', true],
  ['*8', '*8', true],
])('[cme-presence 2.8] `destination-pattern %s` takes %p: %s', (pattern, number, takes) => {
  expect(directory({ pattern }).match(number)).toHaveLength(takes ? 1 : 0);
});

test('the pattern that spells out most goes first, then the lower preference, then the lower tag', () => {
  const peers = directory(
    { pattern: '....', lines: ['preference 0'] },
    { pattern: '10..', lines: ['preference 5'] },
    { pattern: '1...' },
    { pattern: '10..', lines: ['preference 5'] },
    { pattern: '10..', lines: ['preference 1'] },
  );
  expect(tags(peers.match('1003'))).toEqual([5, 2, 4, 3, 1]);
});

test.each([
  ['is shut down', ['shutdown']],
  ['speaks H.323', ['no session protocol']],
  ['has a target that is no IPv4 address', ['session target dns:far.example.com']],
  ['has no target', ['no session target']],
])('a dial peer that %s is no trunk', (_, lines) => {
  expect(directory({ pattern: '1...', lines }).match('1003')).toEqual([]);
});

test.each([
  [[], { host: '192.0.2.4', port: 5060, transport: 'udp' }],
  [['session target ipv4:192.0.2.9:5070'], { host: '192.0.2.9', port: 5070, transport: 'udp' }],
  [['session transport tcp'], { host: '192.0.2.4', port: 5060, transport: 'tcp' }],
  [['session transport tcp tls'], { host: '192.0.2.4', port: 5061, transport: 'tls' }],
])('with %j calls go to %j', (lines, target) => {
  const [peer] = directory({ pattern: '1...', lines }).match('1003');
  expect(peer && dialPeerTarget(peer)).toEqual(target);
});

test.each([
  ['1...', '1', 'partial'],
  ['1...', '1003', 'whole'],
  ['1...', '10033', 'none'],
  ['1...', '2', 'none'],
  ['9T', '9', 'either'],
  ['9T', '900', 'either'],
  ['+49[1-9]', '+4', 'partial'],
])('to `destination-pattern %s` the digits %s are %s', (pattern, digits, standing) => {
  expect(directory({ pattern }).standing(digits)).toBe(standing);
});

test('of several trunks at one address the lowest tag is who calls from there', () => {
  const peers = directory({ pattern: '1...' }, { pattern: '2...' }, { pattern: '3...', lines: ['shutdown'] });
  expect(peers.at('192.0.2.4')?.tag).toBe(1);
  expect(peers.at('192.0.2.5')).toBeUndefined();
});

test('a trunk that no call is sent to may still call in, one that is shut down may not', () => {
  const peers = directory({ pattern: '1...', lines: ['no destination-pattern'] });
  expect(peers.at('192.0.2.4')?.tag).toBe(1);
  expect(directory({ pattern: '1...', lines: ['shutdown'] }).at('192.0.2.4')).toBeUndefined();
});

test('no pattern takes long', () => {
  const peers = directory({ pattern: '1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%2' });
  expect(peers.match('1'.repeat(32))).toEqual([]);
});
