import { until } from '@linewatch/kit';
import type { Stored } from './bus';
import { connect } from 'nats';
import type { NatsBus } from './nats-bus';
import { freshBus, numberOf, numbered, secondBus, sharedServer } from './testing/fixtures';

describe('follow', () => {
  let bus: NatsBus;
  const heard: Stored[] = [];
  const take = (stored: Stored): void => void heard.push(stored);
  beforeEach(async () => {
    heard.length = 0;
    bus = await freshBus(sharedServer());
    for (let n = 1; n <= 6; n++) await bus.append(bus.subjects.lineFact(`${n % 3}`, 'feature'), numbered(n));
  });
  afterEach(() => bus.close());

  it('gives all in order, says when it caught up, and goes on with what comes', async () => {
    const follower = await bus.follow('LINES', { from: 'all' }, take);
    await follower.caughtUp;
    expect(heard.map(numberOf)).toEqual([1, 2, 3, 4, 5, 6]);
    await bus.append(bus.subjects.lineFact('0', 'feature'), numbered(7));
    await until(() => heard.length === 7, 'the new message is heard');
    expect(follower.position()).toBe(7);
    expect(heard[6]).toMatchObject({ stream: 'LINES', address: bus.subjects.lineFact('0', 'feature'), streamSeq: 7 });
  });

  it('begins with the last of each subject', async () => {
    const follower = await bus.follow('LINES', { from: 'last-per-subject' }, take);
    await follower.caughtUp;
    expect(heard.map(numberOf)).toEqual([4, 5, 6]);
  });

  it('gives one subject only', async () => {
    const follower = await bus.follow('LINES', { from: 'all', filter: bus.subjects.lineFacts('1') }, take);
    await follower.caughtUp;
    expect(heard.map(numberOf)).toEqual([1, 4]);
  });

  it('begins at a sequence, and is caught up at once when that is to come', async () => {
    const follower = await bus.follow('LINES', { from: { seq: 5 } }, take);
    await follower.caughtUp;
    expect(heard.map(numberOf)).toEqual([5, 6]);
    const later = await bus.follow('LINES', { from: { seq: 7 } }, take);
    await later.caughtUp;
    expect(later.position()).toBe(0);
  });

  it('begins at a time, and with what is new', async () => {
    const all: Stored[] = [];
    await (
      await bus.follow('LINES', { from: 'all' }, (stored) => void all.push(stored))
    ).caughtUp;
    const from = all[3]!.storedAt;
    const follower = await bus.follow('LINES', { from: { time: from } }, take);
    await follower.caughtUp;
    expect(heard.map(numberOf)).toEqual(all.filter((one) => one.storedAt >= from).map(numberOf));
    heard.length = 0;
    follower.stop();
    const fresh = await bus.follow('LINES', { from: 'new' }, take);
    await fresh.caughtUp;
    await bus.append(bus.subjects.lineFact('0', 'feature'), numbered(7));
    await until(() => heard.length > 0, 'the new message is heard');
    expect(heard.map(numberOf)).toEqual([7]);
  });

  it('is caught up at once on an empty stream', async () => {
    const follower = await bus.follow('PRESENCE', { from: 'last-per-subject' }, take);
    await follower.caughtUp;
    expect(heard).toEqual([]);
  });

  it('gives nothing after it was stopped', async () => {
    const follower = await bus.follow('LINES', { from: 'new' }, take);
    follower.stop();
    const other = await bus.follow('LINES', { from: 'all' }, () => undefined);
    await bus.append(bus.subjects.lineFact('0', 'feature'), numbered(7));
    await until(() => other.position() === 7, 'the other follower is past it');
    expect(heard).toEqual([]);
  });

  it('keeps up with a burst: every message once and in order', async () => {
    const follower = await bus.follow('LINES', { from: 'all' }, take);
    const subject = bus.subjects.lineFact('burst', 'feature');
    await Promise.all(Array.from({ length: 5000 }, (_, n) => bus.append(subject, numbered(7 + n))));
    await until(() => follower.position() === 5006, 'the burst was read');
    expect(heard.map((stored) => stored.streamSeq)).toEqual(Array.from({ length: 5006 }, (_, at) => at + 1));
  });

  it('sends what cannot be read, and what its reader cannot bear, to the dead-letter stream once, and goes on', async () => {
    const raw = await connect({ servers: sharedServer().replace('nats://', '') });
    const poisoned = bus.subjects.lineFact('poison', 'feature');
    await raw.jetstream().publish(poisoned, new TextEncoder().encode('{"not": "an envelope"}'));
    await raw.jetstream().publish(poisoned, Uint8Array.of(0xff, 0xfe));
    await raw.close();
    await bus.append(poisoned, numbered(9));
    await bus.append(poisoned, numbered(10));
    const bear = (stored: Stored): void => {
      if (numberOf(stored) === 9) throw new Error('no nines');
      take(stored);
    };
    const other = await secondBus(sharedServer(), bus);
    for (const reader of [bus, other]) {
      heard.length = 0;
      await (
        await reader.follow('LINES', { from: { seq: 7 } }, bear)
      ).caughtUp;
      expect(heard.map(numberOf)).toEqual([10]);
    }
    await until(() => bus.counters().deadLetters + other.counters().deadLetters >= 3, 'the dead letters are stored');
    const letters: Stored[] = [];
    const follower = await bus.follow('DEADLETTER', { from: 'all' }, (stored) => void letters.push(stored));
    await follower.caughtUp;
    await other.close();
    const data = letters
      .map((letter) => letter.event.data)
      .sort((a, b) => (a as { seq: number }).seq - (b as { seq: number }).seq);
    expect(data).toMatchObject(
      [
        { stream: 'LINES', seq: 7, subject: poisoned, reason: /not an envelope/, payload: '{"not": "an envelope"}' },
        { seq: 8, encoding: 'base64', payload: '//4=', reason: /not JSON/ },
        { seq: 9, reason: /no nines/ },
      ].map(({ reason, ...rest }) => ({ ...rest, reason: expect.stringMatching(reason) })),
    );
    expect(letters[0]?.address).toBe(bus.subjects.deadLetter('test'));
  });
});
