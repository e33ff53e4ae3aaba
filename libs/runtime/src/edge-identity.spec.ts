import type { Bus } from '@linewatch/bus';
import { EdgeIdentity } from './edge-identity';
import { FakeBus } from './testing/fake-bus';

const hello = { kind: 'sip', advertised: { host: '127.0.0.2', port: 5060 } } as const;

describe('an edge', () => {
  let bus: FakeBus;
  let time: number;
  const pauses: number[] = [];
  const superseded: number[] = [];
  let recover: () => Promise<void>;
  let identity: EdgeIdentity | undefined;

  beforeEach(() => {
    jest.useFakeTimers();
    bus = new FakeBus();
    time = 1000;
    pauses.length = superseded.length = 0;
    recover = async () => undefined;
  });
  afterEach(() => {
    identity?.end();
    jest.useRealTimers();
  });

  const claim = async (): Promise<EdgeIdentity> =>
    (identity = await EdgeIdentity.claim(
      bus as unknown as Bus,
      { monotonic: () => time },
      {
        id: 'sip-edge-1',
        hello,
        onPaused: (silentMs) => {
          pauses.push(silentMs);
          return recover();
        },
        onSuperseded: (epoch) => void superseded.push(epoch),
      },
    ));
  const run = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      time += 100;
      await jest.advanceTimersByTimeAsync(100);
    }
  };
  const beats = (): number => bus.said.filter((subject) => subject === 'lw.edge.sip-edge-1.beat').length;

  it('takes the sequence of its hello as its epoch, greater than that of any life before', async () => {
    const first = (await claim()).epoch;
    identity?.end();
    expect((await claim()).epoch).toBeGreaterThan(first);
    expect(bus.stream[0]).toMatchObject({ address: 'lw.edge.sip-edge-1.hello', event: { data: hello } });
  });

  it('says hello as soon as NATS is there', async () => {
    bus.connect(false);
    const claiming = claim();
    await run(1000);
    bus.connect(true);
    await run(500);
    expect((await claiming).epoch).toBe(1);
  });

  it('beats each second and holds', async () => {
    const edge = await claim();
    await run(10_000);
    expect(beats()).toBe(11);
    expect(edge.holds()).toBe(true);
    expect(pauses).toEqual([]);
  });

  it('does not hold from the moment it was paused longer than its lease, before any timer runs [design law 5]', async () => {
    const edge = await claim();
    time += 3000;
    expect(edge.holds()).toBe(false);
  });

  it('holds again only when its owner has read its ownership', async () => {
    let finish: () => void = () => undefined;
    recover = () => new Promise((resolve) => (finish = resolve));
    const edge = await claim();
    time += 5000;
    await run(1000);
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThanOrEqual(5000);
    expect(edge.holds()).toBe(false);
    finish();
    await run(100);
    expect(edge.holds()).toBe(true);
  });

  it('does not hold while it could not beat for its lease, and reads again when it can', async () => {
    const edge = await claim();
    bus.connect(false);
    await run(2500);
    expect(edge.holds()).toBe(true);
    await run(1500);
    expect(edge.holds()).toBe(false);
    expect(pauses).toEqual([]);
    bus.connect(true);
    await run(500);
    expect(pauses).toHaveLength(1);
    expect(edge.holds()).toBe(true);
  });

  it('goes on reading when the reading fails, or takes longer than a lease', async () => {
    const answers = [
      () => Promise.reject(new Error('away')),
      async () => {
        time += 4000;
      },
    ];
    recover = () => answers.shift()?.() ?? Promise.resolve();
    const edge = await claim();
    time += 3000;
    await run(2000);
    expect(pauses).toHaveLength(3);
    expect(edge.holds()).toBe(true);
  });

  it('stops for good when another process says hello under its id', async () => {
    const edge = await claim();
    bus.publish('lw.edge.sip-edge-1.beat', { type: 'linewatch.edge.beat', data: { epoch: 9 } });
    expect(superseded).toEqual([9]);
    expect(edge.holds()).toBe(false);
    const before = beats();
    await run(5000);
    expect(beats()).toBe(before);
  });

  it('finds after a pause that another process took its id, though it heard no beat', async () => {
    const edge = await claim();
    await bus.append('lw.edge.sip-edge-1.hello', { type: 'linewatch.edge.hello', data: hello });
    time += 3000;
    await run(200);
    expect(superseded).toEqual([2]);
    expect(pauses).toEqual([]);
    expect(edge.holds()).toBe(false);
  });

  it('says bye on a clean stop, once', async () => {
    const edge = await claim();
    await edge.bye();
    await edge.bye();
    expect(bus.stream.at(-1)).toMatchObject({
      address: 'lw.edge.sip-edge-1.bye',
      event: { data: { epoch: edge.epoch } },
    });
    expect(bus.stream).toHaveLength(2);
    expect(edge.holds()).toBe(false);
  });
});
