import { until } from '@linewatch/kit';
import { connect } from 'nats';
import type { Delivered } from './bus';
import type { NatsBus } from './nats-bus';
import { freshBus, numberOf, numbered, secondBus, sharedServer } from './testing/fixtures';

describe('consume', () => {
  let bus: NatsBus;
  beforeEach(async () => {
    bus = await freshBus(sharedServer());
  });
  afterEach(() => bus.close());

  const append = (n: number, line = 'x') => bus.append(bus.subjects.lineFact(line, 'feature'), numbered(n));

  it('gives every message to one of the copies, and none again once acknowledged', async () => {
    const other = await secondBus(sharedServer(), bus);
    const seen: [number, number][] = [];
    const take = (copy: number) => ({
      maxBatch: 8,
      onBatch: async (batch: readonly Delivered[]) => {
        await new Promise((resolve) => setImmediate(resolve));
        for (const one of batch) seen.push([copy, numberOf(one)]);
      },
    });
    const consumers = [await bus.consume('LINES', 'shared', take(1)), await other.consume('LINES', 'shared', take(2))];
    await Promise.all(Array.from({ length: 500 }, (_, n) => append(n)));
    await until(() => seen.length === 500, 'all were consumed');
    expect(seen.map(([, n]) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(new Set(seen.map(([copy]) => copy))).toEqual(new Set([1, 2]));
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await append(500);
    await bus.consume('LINES', 'shared', take(3));
    await until(() => seen.length > 500, 'the one after the stop was consumed');
    expect(seen.slice(500)).toEqual([[3, 500]]);
    await other.close();
  });

  it('takes what is there as one batch, no more than asked for, in order', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => append(n)));
    const batches: number[][] = [];
    const consumer = await bus.consume('LINES', 'batches', {
      maxBatch: 40,
      onBatch: async (batch) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        batches.push(batch.map(numberOf));
      },
    });
    await until(() => batches.flat().length === 100, 'all were consumed');
    expect(batches.flat()).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(40);
    expect(batches.length).toBeLessThan(50);
    await until(() => consumer.inHand() === 0, 'nothing is in hand');
  });

  it('keeps a message that takes longer than ack_wait with its copy', async () => {
    let calls = 0;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const consumer = await bus.consume('LINES', 'slow', {
      ackWaitMs: 150,
      onBatch: async () => {
        calls++;
        await released;
      },
    });
    await append(1);
    await until(() => calls === 1, 'it came');
    const server = await connect({ servers: sharedServer().replace('nats://', '') });
    const info = async () => (await server.jetstreamManager()).consumers.info(`${bus.subjects.prefix}_LINES`, 'slow');
    const begin = performance.now();
    // Eight times ack_wait: without progress it would have come again.
    await until(() => performance.now() - begin > 1200, 'ack_wait passed');
    expect(await info()).toMatchObject({ num_redelivered: 0, num_ack_pending: 1 });
    release();
    await until(async () => (await info()).num_ack_pending === 0, 'it is acknowledged');
    expect(calls).toBe(1);
    expect(consumer.inHand()).toBe(0);
    await server.close();
  });

  it('tries the messages of a failed batch alone, and only the guilty one later and at last as a dead letter', async () => {
    const done: number[] = [];
    const deliveries: number[] = [];
    await Promise.all(Array.from({ length: 10 }, (_, n) => append(n)));
    await bus.consume('LINES', 'guilty', {
      retryDelayMs: 20,
      maxDeliveries: 3,
      onBatch: async (batch) => {
        const guilty = batch.find((one) => numberOf(one) === 4);
        if (guilty) {
          if (batch.length === 1) deliveries.push(guilty.deliveries);
          throw new Error('not four');
        }
        done.push(...batch.map(numberOf));
      },
    });
    await until(async () => (await bus.lastSequence('DEADLETTER')) === 1, 'the dead letter is stored');
    expect([...new Set(done)].sort()).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
    expect(deliveries).toEqual([1, 2, 3]);
    const letter = await bus.last(bus.subjects.deadLetter('test'));
    expect(letter?.event.data).toMatchObject({ seq: 5, deliveries: 3, reason: expect.stringContaining('not four') });
  });

  it('never gives up a message for a failure that is not its fault', async () => {
    let away = true;
    let calls = 0;
    const done: number[] = [];
    await append(1);
    await bus.consume('LINES', 'patient', {
      retryDelayMs: 10,
      maxDeliveries: 2,
      onBatch: async (batch) => {
        calls++;
        if (away) throw Object.assign(new Error('Redis is away'), { name: 'UnavailableError' });
        done.push(...batch.map(numberOf));
        expect(batch[0]?.redelivered).toBe(true);
      },
    });
    await until(() => calls > 5, 'it was tried often');
    away = false;
    await until(() => done.length === 1, 'it was done at last');
    expect(await bus.lastSequence('DEADLETTER')).toBe(0);
  });

  it('sends what cannot be read to the dead-letter stream at once', async () => {
    const raw = await connect({ servers: sharedServer().replace('nats://', '') });
    await raw.jetstream().publish(bus.subjects.lineFact('x', 'call'), new TextEncoder().encode('{}'));
    await append(2);
    const done: number[] = [];
    await bus.consume('LINES', 'readable', { onBatch: async (batch) => void done.push(...batch.map(numberOf)) });
    await until(async () => (await bus.lastSequence('DEADLETTER')) === 1, 'the dead letter is stored');
    await until(() => done.length === 1, 'the other was consumed');
    const manager = await raw.jetstreamManager();
    const info = () => manager.consumers.info(`${bus.subjects.prefix}_LINES`, 'readable');
    await until(async () => (await info()).num_ack_pending === 0, 'nothing is pending');
    await raw.close();
  });

  it('gives back what it has not begun when it stops', async () => {
    const begun: number[] = [];
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await append(1);
    const consumer = await bus.consume('LINES', 'stopping', {
      maxBatch: 1,
      onBatch: async (batch) => {
        begun.push(...batch.map(numberOf));
        await released;
      },
    });
    await until(() => begun.length === 1, 'the first is in work');
    await append(2);
    await until(() => consumer.inHand() === 2, 'the second waits');
    const stopped = consumer.stop();
    release();
    await stopped;
    expect(begun).toEqual([1]);
    const rest: number[] = [];
    await bus.consume('LINES', 'stopping', { onBatch: async (batch) => void rest.push(...batch.map(numberOf)) });
    await until(() => rest.length === 1, 'the second came to another');
    expect(rest).toEqual([2]);
  });
});
