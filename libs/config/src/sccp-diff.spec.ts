import { applyCommands, diffConfig, parseConfig } from './index';

const changes: Record<string, { from: string; to: string; diff: string[] }> = {
  'the line mode of a dn, which is made anew': {
    from: 'ephone-dn 1 dual-line\n number 2001\n label x\n',
    to: 'ephone-dn 1 octo-line\n number 2001\n',
    diff: ['no ephone-dn 1 dual-line', 'ephone-dn  1  octo-line', ' number 2001'],
  },
  'the numbers of two shared lines, swapped': {
    from: 'ephone-dn 1\n number 1\n shared-line sip\nephone-dn 2\n number 2\n shared-line sip\n',
    to: 'ephone-dn 1\n number 2\n shared-line sip\nephone-dn 2\n number 1\n shared-line sip\n',
    diff: ['ephone-dn  1', ' number 2', 'ephone-dn  2', ' number 1'],
  },
  'one button of many': {
    from: 'ephone 1\n button 1:1 2:2 3o3,4\n',
    to: 'ephone 1\n button 1:1 3o3,5 4:6\n',
    diff: ['ephone  1', ' no button 2:2', ' button 3o3,5 4:6'],
  },
  'some keys of a layout': {
    from: 'ephone-template 1\n button-layout 2-4 url\n',
    to: 'ephone-template 1\n button-layout 2,5 url\n button-layout 3 line\n',
    diff: ['ephone-template  1', ' no button-layout 4 url', ' button-layout 3 line', ' button-layout 5 url'],
  },
  'a MAC address that is only reserved': {
    from: 'ephone 1\n mac-address 0012.7F57.62A5\n',
    to: 'ephone 1\n mac-address reserved\n',
    diff: ['ephone  1', ' no mac-address', ' mac-address reserved'],
  },
  'what is on by default': {
    from: 'ephone-dn 1\n no huntstop\nephone 1\n auto-line 3\n',
    to: 'ephone-dn 1\nephone 1\n no auto-line\n',
    diff: ['ephone-dn  1', ' default huntstop', 'ephone  1', ' no auto-line'],
  },
  'a value back to its default': {
    from: 'telephony-service\n keepalive 60\n max-dn 5 preference 1\n',
    to: 'telephony-service\n max-dn 5\n',
    diff: ['telephony-service', ' max-dn 5', ' no keepalive'],
  },
};

test.each(Object.entries(changes))('diff gives the shortest commands for %s', (_, { from, to, diff }) => {
  const [a, b] = [parseConfig(from).config, parseConfig(to).config];
  expect(diffConfig(a, b)).toEqual(diff);
  expect(applyCommands(a, diff, { keepUnknown: true }).config).toEqual(b);
});

test('a phone with as many overlay buttons as can be is printed in lines that can be read again', () => {
  const tags = Array.from({ length: 25 }, (_each, at) => 999_900 + at).join();
  const lines = Array.from({ length: 56 }, (_each, at) => ` button ${at + 1}o${tags}`);
  const { config, errors } = parseConfig(['ephone 1', ...lines].join('\n'));
  expect(errors).toEqual([]);
  const diff = diffConfig(parseConfig('').config, config);
  expect(Math.max(...diff.map((line) => line.length))).toBeLessThan(1000);
  expect(applyCommands(parseConfig('').config, diff, { keepUnknown: true }).config).toEqual(config);
});
