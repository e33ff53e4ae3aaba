import { chooseBrokers } from './brokers';

const engine = () => true;
const noEngine = () => false;
const mustNotAsk = () => {
  throw new Error('the engine was asked');
};

describe('the choice of servers for tests', () => {
  it.each([
    ['containers where an engine answers', {}, engine, 'containers'],
    ['child processes where none does', {}, noEngine, 'processes'],
    ['child processes when a NATS program is named', { NATS_SERVER_BIN: '/opt/nats' }, mustNotAsk, 'processes'],
    ['child processes when a Redis program is named', { REDIS_SERVER_BIN: '/opt/redis' }, mustNotAsk, 'processes'],
    ['child processes when a suite is named', { LINEWATCH_NATS_SUITE: 'forky' }, mustNotAsk, 'processes'],
    ['what is wished for, containers', { LINEWATCH_TEST_BROKERS: 'containers' }, mustNotAsk, 'containers'],
    ['what is wished for, processes', { LINEWATCH_TEST_BROKERS: 'processes' }, mustNotAsk, 'processes'],
    [
      'the wish even when a program is named',
      { LINEWATCH_TEST_BROKERS: 'containers', NATS_SERVER_BIN: '/n' },
      mustNotAsk,
      'containers',
    ],
  ] as const)('is %s', (_title, env, answers, expected) => {
    expect(chooseBrokers(env, answers)).toBe(expected);
  });

  it('refuses a wish it does not know, and names the two it knows', () => {
    expect(() => chooseBrokers({ LINEWATCH_TEST_BROKERS: 'docker' }, engine)).toThrow(
      'LINEWATCH_TEST_BROKERS is "docker"; it must be "containers" or "processes"',
    );
  });
});
