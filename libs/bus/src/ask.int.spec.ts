import { until } from '@linewatch/kit';
import type { Heard } from './bus';
import { AnswerError, UnavailableError } from './errors';
import type { NatsBus } from './nats-bus';
import { freshBus, secondBus, sharedServer } from './testing/fixtures';

describe('questions on the bus', () => {
  let bus: NatsBus;
  let other: NatsBus;
  beforeAll(async () => {
    bus = await freshBus(sharedServer());
    other = await secondBus(sharedServer(), bus);
  });
  afterAll(async () => {
    await bus.close();
    await other.close();
  });

  it('are answered by one copy of the queue group', async () => {
    const subject = bus.subjects.ask('one');
    const by: number[] = [];
    const answering = [
      await bus.answer(subject, 'service', async (body) => (by.push(1), body)),
      await other.answer(subject, 'service', async (body) => (by.push(2), body)),
    ];
    expect(await bus.ask(subject, { n: 1 })).toEqual({ n: 1 });
    expect(await bus.ask(subject, undefined)).toBeNull();
    expect(by).toHaveLength(2);
    await Promise.all(answering.map((one) => one.stop()));
  });

  it('go to another copy when the first is silent', async () => {
    const subject = bus.subjects.ask('silent');
    let asked = 0;
    const silentOnce = async (): Promise<unknown> =>
      ++asked === 1 ? new Promise<never>(() => undefined) : { copy: asked };
    const answering = [
      await bus.answer(subject, 'service', silentOnce),
      await other.answer(subject, 'service', silentOnce),
    ];
    expect(await bus.ask(subject, {}, { timeoutMs: 100 })).toEqual({ copy: 2 });
    await Promise.all(answering.map((one) => one.stop()));
  });

  it('could not be asked when nobody is there, or nobody answers', async () => {
    await expect(bus.ask(bus.subjects.ask('nobody'), {})).rejects.toThrow(UnavailableError);
    const answering = await other.answer(bus.subjects.ask('mute'), 's', () => new Promise<never>(() => undefined));
    await expect(bus.ask(bus.subjects.ask('mute'), {}, { timeoutMs: 30 })).rejects.toThrow(UnavailableError);
    await answering.stop();
  });

  it('find a copy that comes up between the attempts', async () => {
    const subject = bus.subjects.ask('late');
    const asking = bus.ask(subject, {}, { attempts: 20, timeoutMs: 100 });
    const answering = await other.answer(subject, 's', async () => 'here');
    expect(await asking).toBe('here');
    await answering.stop();
  });

  it('are answered with a word when they are refused, fail, or cannot be answered', async () => {
    const subject = bus.subjects.ask('words');
    const answering = await other.answer(subject, 's', async (body) => {
      if (body === 'refuse') throw new AnswerError('no-such-line', 'There is no line 9.');
      if (body === 'big') return 'x'.repeat(20_000_000);
      throw new TypeError('broken');
    });
    await expect(bus.ask(subject, 'refuse')).rejects.toMatchObject({
      word: 'no-such-line',
      message: 'There is no line 9.',
    });
    await expect(bus.ask(subject, 'other')).rejects.toMatchObject({ name: 'AnswerError', word: 'failed' });
    await expect(bus.ask(subject, 'big')).rejects.toMatchObject({ word: 'too-large' });
    await answering.stop();
  });

  it('to everybody collect all answers, or as many as wanted', async () => {
    const subject = bus.subjects.show('copies');
    const answering = [
      await bus.answer(subject, undefined, async () => 1),
      await other.answer(subject, undefined, async () => 2),
      await other.answer(subject, undefined, async () => Promise.reject(new Error('no'))),
    ];
    expect((await bus.gather(subject, {}, { forMs: 300 })).sort()).toEqual([1, 2]);
    expect(await bus.gather(subject, {}, { forMs: 5000, max: 1 })).toHaveLength(1);
    await Promise.all(answering.map((one) => one.stop()));
    // No responders is an answer too: nobody waits a minute for it.
    expect(await bus.gather(bus.subjects.show('nothing'), {}, { forMs: 60_000 })).toEqual([]);
  });

  it('what is said is heard by each listener, and once in a queue group', async () => {
    const heard: [string, Heard][] = [];
    const subject = bus.subjects.edge('e1', 'beat');
    const pattern = bus.subjects.every.beats;
    await other.listen(pattern, (one) => void heard.push(['alone', one]));
    await other.listen(pattern, (one) => void heard.push(['group', one]), { queue: 'g' });
    await bus.listen(pattern, (one) => void heard.push(['group', one]), { queue: 'g' });
    expect(bus.publish(subject, { type: 'linewatch.edge.beat', data: { epoch: 3 } }, { about: 'e1' })).toBe(true);
    await until(() => heard.length === 2, 'both heard');
    expect(heard.map(([who]) => who).sort()).toEqual(['alone', 'group']);
    expect(heard[0]?.[1]).toMatchObject({
      address: subject,
      source: '/test/1',
      subject: 'e1',
      event: { data: { epoch: 3 } },
    });
    expect(await bus.ping()).toBeGreaterThanOrEqual(0);
  });
});
