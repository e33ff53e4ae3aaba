import type { Bus } from '@linewatch/bus';
import { EdgeMonitor } from './edge-monitor';
import { FakeBus } from './testing/fake-bus';

const hello = {
  type: 'linewatch.edge.hello',
  data: { kind: 'sip', advertised: { host: '127.0.0.2', port: 5060 } },
} as const;

describe('the monitor of edges', () => {
  let bus: FakeBus;
  let time: number;
  let told: string[];
  let monitor: EdgeMonitor;

  beforeEach(() => {
    jest.useFakeTimers();
    bus = new FakeBus();
    time = 1000;
    told = [];
    monitor = new EdgeMonitor(
      bus as unknown as Bus,
      { now: () => time + 1_000_000, monotonic: () => time },
      {
        onLost: (edge, epoch, reason) => void told.push(`${edge} lost ${epoch} ${reason}`),
        onBack: (edge, epoch) => void told.push(`${edge} back ${epoch}`),
      },
    );
  });
  afterEach(() => {
    monitor.stop();
    jest.useRealTimers();
  });

  const sayHello = (edge: string) => bus.append(`lw.edge.${edge}.hello`, hello);
  const sayBye = (edge: string, epoch: number) =>
    bus.append(`lw.edge.${edge}.bye`, { type: 'linewatch.edge.bye', data: { epoch } });
  const beat = (edge: string, epoch: number) =>
    bus.publish(`lw.edge.${edge}.beat`, { type: 'linewatch.edge.beat', data: { epoch } });
  const run = async (ms: number, each: () => void = () => undefined): Promise<void> => {
    for (let left = ms; left > 0; left -= 250) {
      time += 250;
      each();
      await jest.advanceTimersByTimeAsync(250);
    }
  };

  it('tells an edge lost after three seconds of silence, once, and back when it is heard again', async () => {
    await monitor.start();
    await sayHello('e1');
    await run(10_000, () => beat('e1', 1));
    expect(told).toEqual(['e1 back 1']);
    expect(monitor.isAlive('e1', 1)).toBe(true);
    await run(2500);
    expect(told).toEqual(['e1 back 1']);
    await run(5000);
    expect(told).toEqual(['e1 back 1', 'e1 lost 1 silent']);
    expect(monitor.isAlive('e1')).toBe(false);
    beat('e1', 1);
    expect(told.at(-1)).toBe('e1 back 1');
  });

  it('finds an edge that was silent since before this process started', async () => {
    await sayHello('e1');
    await sayHello('e2');
    await monitor.start();
    expect(monitor.edges()).toMatchObject([
      { edge: 'e1', epoch: 1, alive: true, kind: 'sip', advertised: { host: '127.0.0.2' } },
      { edge: 'e2', epoch: 2, alive: true },
    ]);
    await run(4000, () => beat('e2', 2));
    expect(told).toContain('e1 lost 1 silent');
    expect(monitor.edges().map(({ alive }) => alive)).toEqual([false, true]);
  });

  it('says since when an edge lives, and when it was heard of last', async () => {
    await sayHello('e1');
    await sayHello('e2');
    await monitor.start();
    await run(2000, () => beat('e2', 2));
    expect(monitor.edges().map(({ since }) => since)).toEqual([1000, 2000]);
    const lastHeard = time + 1_000_000;
    await run(4000);
    await sayBye('e2', 2);
    expect(monitor.edges().map(({ since }) => since)).toEqual([1_001_000, lastHeard]);
    await sayHello('e2');
    await sayBye('e2', 4);
    expect(monitor.edges().at(1)).toMatchObject({ alive: false, since: 5000 });
  });

  it('tells the old epoch lost at once when an edge says hello again', async () => {
    await monitor.start();
    await sayHello('e1');
    await sayHello('e1');
    expect(told).toEqual(['e1 back 1', 'e1 lost 1 superseded', 'e1 back 2']);
    beat('e1', 1);
    await run(4000);
    expect(told.at(-1)).toBe('e1 lost 2 silent');
  });

  it('tells an edge lost at its bye, and does not take a late bye for one of the next epoch', async () => {
    await monitor.start();
    await sayHello('e1');
    await sayBye('e1', 1);
    expect(told.at(-1)).toBe('e1 lost 1 bye');
    await sayHello('e1');
    await sayBye('e1', 1);
    expect(monitor.isAlive('e1', 3)).toBe(true);
    await run(1000);
    expect(told.at(-1)).toBe('e1 back 3');
  });

  it('knows of a bye that was said before it started', async () => {
    await sayHello('e1');
    await sayBye('e1', 1);
    await monitor.start();
    expect(told).toEqual(['e1 back 1', 'e1 lost 1 bye']);
  });

  it('takes nobody for lost because it was cut off or paused itself', async () => {
    await monitor.start();
    await sayHello('e1');
    bus.connect(false);
    await run(10_000);
    bus.connect(true);
    await run(2000);
    time += 60_000;
    await run(2500);
    expect(told).toEqual(['e1 back 1']);
    await run(1000);
    expect(told).toEqual(['e1 back 1', 'e1 lost 1 silent']);
  });
});
