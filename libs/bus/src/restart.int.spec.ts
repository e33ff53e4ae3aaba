import { startBrokers, until, type Brokers } from '@linewatch/kit';
import type { BusStatus, Stored } from './bus';
import { UnavailableError } from './errors';
import { type NatsBus, connectBus } from './nats-bus';
import { Outbox } from './outbox';
import { freshBus, numberOf, numbered, smallStreams } from './testing/fixtures';

jest.setTimeout(60_000);

describe('when nats-server is killed with -9 and started again on its store', () => {
  let server: Brokers;
  let bus: NatsBus;
  beforeEach(async () => {
    server = await startBrokers();
    bus = await freshBus(server.natsUrl);
  });
  afterEach(async () => {
    await bus.close();
    await server.stop();
  });

  it('a follower goes on with every message once and in order, and the outbox loses and doubles none', async () => {
    const heard: Stored[] = [];
    const follower = await bus.follow('LINES', { from: 'all' }, (stored) => void heard.push(stored));
    const consumed = new Map<number, number>();
    await bus.consume('LINES', 'worker', {
      onBatch: async (batch) => batch.forEach((one) => consumed.set(numberOf(one), one.streamSeq)),
    });
    const outbox = new Outbox(bus);
    const total = 6000;
    const puts: Promise<{ seq: number }>[] = [];
    let n = 0;
    const putSome = (count: number): void => {
      for (; count > 0; count--, n++)
        puts.push(
          outbox.put({ subject: bus.subjects.lineFact(`${n % 50}`, 'feature'), event: numbered(n), id: `f-${n}` }),
        );
    };
    putSome(2000);
    await until(() => follower.position() > 500, 'the first are on their way');
    await server.killNats();
    putSome(2000);
    await until(() => !bus.status().connected, 'the loss was seen');
    await server.restartNats();
    await until(() => bus.status().connected, 'connected again');
    putSome(2000);
    const seqs = (await Promise.all(puts)).map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(total);
    await until(() => follower.position() === total, `the follower read all, it is at ${follower.position()}`);
    await until(() => consumed.size === total, 'the consumer had all');
    expect(heard.map((stored) => stored.streamSeq)).toEqual(Array.from({ length: total }, (_, at) => at + 1));
    for (let line = 0; line < 50; line++) {
      const ofLine = heard.map(numberOf).filter((one) => one % 50 === line);
      expect(ofLine).toEqual(Array.from({ length: total / 50 }, (_, at) => at * 50 + line));
    }
    expect(outbox.counters()).toMatchObject({ depth: 0, stored: total });
  });

  it('a follower and a consumer that were idle hear the first message after it', async () => {
    const heard: number[] = [];
    const consumed: number[] = [];
    await bus.append(bus.subjects.lineFact('1', 'feature'), numbered(1));
    await bus.follow('LINES', { from: 'last-per-subject' }, (stored) => void heard.push(numberOf(stored)));
    await bus.consume('LINES', 'worker', { onBatch: async (batch) => void consumed.push(...batch.map(numberOf)) });
    await until(() => heard.length === 1 && consumed.length === 1, 'the first was heard');
    for (let round = 2; round <= 4; round++) {
      await server.killNats();
      await until(() => !bus.status().connected, 'the loss was seen');
      await server.restartNats();
      const outbox = new Outbox(bus);
      await outbox.put({ subject: bus.subjects.lineFact('1', 'feature'), event: numbered(round), id: `r-${round}` });
      outbox.close();
      await until(() => heard.includes(round) && consumed.includes(round), `round ${round} was heard`);
    }
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('an append in between fails at once, and a dead letter or question too', async () => {
    const changes: boolean[] = [];
    bus.onStatus((status: BusStatus) => changes.push(status.connected));
    await server.killNats();
    await until(() => !bus.status().connected, 'the loss was seen');
    await expect(bus.append(bus.subjects.presence('1'), numbered(1))).rejects.toThrow(UnavailableError);
    await expect(bus.last(bus.subjects.presence('1'))).rejects.toThrow(UnavailableError);
    await expect(bus.ask(bus.subjects.ask('authorize'), {}, { timeoutMs: 50 })).rejects.toThrow(UnavailableError);
    await expect(bus.ping()).rejects.toThrow(UnavailableError);
    expect(bus.publish(bus.subjects.edge('e', 'beat'), { type: 'linewatch.edge.beat', data: { epoch: 1 } })).toBe(
      false,
    );
    await server.restartNats();
    await until(() => bus.status().connected, 'connected again');
    expect(changes).toEqual([false, true]);
    await expect(bus.append(bus.subjects.lineFact('1', 'feature'), numbered(1))).resolves.toMatchObject({ seq: 1 });
  });

  it('a listener and an answer are there again', async () => {
    const heard: string[] = [];
    await bus.listen(bus.subjects.every.beats, (one) => void heard.push(one.address));
    await bus.answer(bus.subjects.ask('x'), 'q', async () => 'here');
    await server.killNats();
    await until(() => !bus.status().connected, 'the loss was seen');
    await server.restartNats();
    await until(() => bus.status().connected, 'connected again');
    expect(await bus.ask(bus.subjects.ask('x'), {})).toBe('here');
    bus.publish(bus.subjects.edge('e', 'beat'), { type: 'linewatch.edge.beat', data: { epoch: 1 } });
    await until(() => heard.length === 1, 'the beat was heard');
  });
});

describe('a process that starts before nats-server', () => {
  it('waits for it', async () => {
    const server = await startBrokers();
    await server.killNats();
    const reports: string[] = [];
    const connecting = connectBus({
      servers: server.natsUrl,
      service: 'early',
      source: '/early/1',
      report: (report) => void reports.push(report.reason),
    });
    await until(() => reports.length > 0, 'it said that it waits');
    expect(reports[0]).toMatch(/waiting for NATS at nats:\/\/127\.0\.0\.1:/);
    await server.restartNats();
    const bus = await connecting;
    await bus.ensureStreams(smallStreams);
    await bus.close();
    await server.stop();
  });

  it('stops waiting when it is told to', async () => {
    const server = await startBrokers();
    await server.killNats();
    const stop = new AbortController();
    const connecting = connectBus({ servers: server.natsUrl, service: 'e', source: '/e/1', signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(connecting).rejects.toThrow('stopped');
    await server.stop();
  });
});
