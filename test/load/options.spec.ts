import { readOptions } from './options';

it('has a default for everything', () => {
  expect(readOptions([])).toMatchObject({
    lines: 1000,
    watchers: 10,
    subscriptions: 10_000,
    rate: 200,
    package: 'presence',
    target: { host: '127.0.0.1', port: 5060 },
  });
});

it('spreads a number of subscriptions over the lines', () => {
  expect(readOptions(['--', '--lines', '100', '--subscriptions', '250'])).toMatchObject({
    watchers: 3,
    subscriptions: 250,
  });
});

it.each([
  [['--lines', '1'], '--lines must be a number from 2 to 100000, not 1'],
  [['--rate', 'fast'], '--rate must be a number from 0 to 5000, not fast'],
  [['--package', 'mwi'], '--package is presence or dialog, not mwi'],
  [['--target', 'host'], '--target is an IPv4 address and a port'],
  [['--lines', '5', '--watchers', '5'], '--watchers must be a number from 1 to 4, not 5'],
  [['--wat'], "Unknown option '--wat'"],
])('refuses %j in one line', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
