import type { FollowOptions, Follower, Stored } from '@linewatch/bus';
import { type Config, emptyConfig, renderConfig } from '@linewatch/config';
import fc from 'fast-check';
import { partsOf } from './config-change';
import { RunningConfig } from './running-config';

type Change = { id: string; commands: string[] };

/** CONFIG as a list; the first `before` messages are there when somebody follows, the rest come by `next`. */
function configStream(messages: readonly object[], before: number) {
  let take: (stored: Stored) => void = () => undefined;
  let at = 0;
  const give = (): void => {
    const data = messages[at++];
    take({ event: { type: 'linewatch.config.applied', data }, streamSeq: at } as Stored);
  };
  const bus = {
    async follow(_stream: string, _options: FollowOptions, onEvent: typeof take): Promise<Follower> {
      take = onEvent;
      const caughtUp = Promise.resolve().then(() => {
        while (at < before) give();
      });
      return { caughtUp, position: () => at, stop: () => undefined };
    },
  };
  return { bus, next: give };
}

const messagesOf = (change: Change): object[] => partsOf({ ...change, author: 'a' }).map((part) => part.event);
const dn = (tag: number, ...commands: string[]): string[] => [
  `voice register dn ${tag}`,
  ...commands.map((one) => ` ${one}`),
];

describe('the running configuration', () => {
  it('is empty before the first change', async () => {
    const running = new RunningConfig();
    await running.start(configStream([], 0).bus);
    expect(running.current()).toEqual(emptyConfig());
    expect(running.revision()).toBe(0);
  });

  it('follows each change and tells its listeners before and after', async () => {
    const messages = [
      ...messagesOf({ id: '1', commands: dn(1, 'number 3001') }),
      ...messagesOf({ id: '2', commands: dn(1, 'allow watch') }),
    ];
    const { bus, next } = configStream(messages, 1);
    const running = new RunningConfig();
    const told: [Config, Config, number][] = [];
    running.onChange((...change) => void told.push(change));
    await running.start(bus);
    const first = running.current();
    expect(told).toEqual([[first, emptyConfig(), 1]]);
    next();
    expect(told[1]).toEqual([running.current(), first, 2]);
    expect(running.current().dns[1]).toMatchObject({ number: '3001', allowWatch: true });
    expect(running.revision()).toBe(2);
  });

  it('applies a change when its last part is there, in any order of parts and between parts of others', async () => {
    const commands = Array.from({ length: 9000 }, (_, n) =>
      dn(n + 1, `number ${10000 + n}`, `name ${'x'.repeat(20)}`),
    ).flat();
    const big = messagesOf({ id: 'big', commands });
    expect(big.length).toBeGreaterThan(2);
    const small = messagesOf({ id: 'small', commands: ['hostname R9'] });
    const messages = [...big.slice(1), ...small, ...big.slice(0, 1)];
    const { bus, next } = configStream(messages, big.length);
    const running = new RunningConfig();
    await running.start(bus);
    expect(running.current()).toMatchObject({ hostname: 'R9', dns: {} });
    next();
    expect(Object.keys(running.current().dns)).toHaveLength(9000);
    expect(running.revision()).toBe(messages.length);
  });

  it('is the same whether a change came before the start or after', async () => {
    const change = fc.constantFrom<string[]>(
      dn(1, 'number 3001'),
      dn(1, 'no number 3001', 'allow watch'),
      dn(2, 'number 3002', 'allow watch'),
      ['no voice register dn 1'],
      // As typed, without indentation.
      ['voice register dn 3', 'number 3003', 'allow watch'],
      ['presence', ' max-subscription 7'],
      ['presence', 'max-subscription 9'],
      ['hostname R7'],
      ['max-subscription 5'],
      ['router bgp 1', ' neighbor 10.0.0.1'],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 10 }), fc.nat(10), async (changes, before) => {
        const messages = changes.flatMap((commands, id) => messagesOf({ id: `${id}`, commands }));
        const live = configStream(messages, 0);
        const one = new RunningConfig();
        await one.start(live.bus);
        messages.forEach(() => live.next());
        const there = Math.min(before, messages.length);
        const mixed = configStream(messages, there);
        const other = new RunningConfig();
        await other.start(mixed.bus);
        messages.slice(there).forEach(() => mixed.next());
        expect(renderConfig(other.current())).toBe(renderConfig(one.current()));
        expect(other.revision()).toBe(one.revision());
      }),
    );
  });

  it('gives up a change that is never completed, and says so', async () => {
    const half = Array.from({ length: 17 }, (_, id) => ({
      author: 'a',
      commands: ['hostname X'],
      change: { id: `${id}`, part: 0, parts: 2 },
    }));
    const problems: string[] = [];
    const running = new RunningConfig({ onProblem: ({ reason }) => void problems.push(reason) });
    await running.start(configStream(half, 17).bus);
    expect(problems).toEqual(['change 0 was never completed; it is not applied']);
    expect(running.revision()).toBe(0);
  });

  it('reports commands that it could not carry out and carries out the others', async () => {
    const problems: (readonly string[])[] = [];
    const running = new RunningConfig({ onProblem: ({ lines }) => void problems.push(lines) });
    const messages = messagesOf({ id: '1', commands: ['hostname R1', 'presence', ' max-subscription many'] });
    await running.start(configStream(messages, 1).bus);
    expect(running.current().hostname).toBe('R1');
    expect(problems).toEqual([[' max-subscription many']]);
  });

  it('is not upset by a part that cannot be', async () => {
    const messages = [
      { author: 'a', commands: ['hostname X'], change: { id: '1', part: 5, parts: 2 } },
      { author: 'a', commands: ['hostname X'], change: { id: '1', part: 0, parts: 2_000_000_000 } },
    ];
    const running = new RunningConfig();
    await running.start(configStream(messages, 2).bus);
    expect(running.revision()).toBe(0);
  });
});
