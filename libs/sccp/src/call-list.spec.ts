import type { Message } from './messages';
import { StationStory } from './station.fixture';
import { defaultStationSettings } from './station-state';

const ask = (transactionID: number, subscriptionID: string, timer = 3600): Message => ({
  name: 'SubscriptionStatReqMessage',
  transactionID,
  subscriptionFeatureID: 1,
  timer,
  subscriptionID,
});
const answer = (transactionID: number, cause: number, timer = 3600): Message => ({
  name: 'SubscriptionStatMessage',
  transactionID,
  subscriptionFeatureID: 1,
  timer,
  cause,
});
const state = (transactionID: number, status: number): Message => ({
  name: 'NotificationMessage',
  transactionID,
  subscriptionFeatureID: 1,
  status,
  text: '',
});
const subscribe = (transactionID: number, number: string, seconds = 3600) =>
  ({ type: 'subscribe', transactionID, number, seconds }) as const;

const accepted = (transactionID = 16): StationStory => {
  const story = new StationStory().registered().hear(ask(transactionID, '4000'));
  story.take({ type: 'subscriptionAnswered', transactionID, cause: 0 });
  return story;
};

describe('a number in a call list [sccp-wire 2.3]', () => {
  it('is subscribed, answered and then shown, live', () => {
    const story = new StationStory().registered().hear(ask(16, '4000'));
    expect(story.news()).toEqual([subscribe(16, '4000')]);
    story.take({ type: 'subscriptionAnswered', transactionID: 16, cause: 0 });
    expect(story.news()).toEqual([
      { type: 'send', message: answer(16, 0) },
      { type: 'startTimer', name: 'callList 16', ms: 3_600_000 },
    ]);
    expect(story.take({ type: 'callListStatus', transactionID: 16, status: 1 }).sent()).toEqual([state(16, 1)]);
    expect(story.take({ type: 'callListStatus', transactionID: 16, status: 2 }).sent()).toEqual([state(16, 2)]);
    expect(story.take({ type: 'callListStatus', transactionID: 16, status: 2 }).sent()).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6])('that is refused with cause %d gets no notification', (cause) => {
    const story = new StationStory().registered().hear(ask(16, '4000'));
    story.news();
    expect(story.take({ type: 'subscriptionAnswered', transactionID: 16, cause }).sent()).toEqual([answer(16, cause)]);
    expect(story.take({ type: 'callListStatus', transactionID: 16, status: 2 }).sent()).toEqual([]);
  });

  it('that was accepted may end by another answer, when what is beyond a trunk fails [cme-presence 4.6]', () => {
    const story = accepted();
    story.news();
    story.take({ type: 'subscriptionAnswered', transactionID: 16, cause: 4 });
    expect(story.news()).toEqual([
      { type: 'stopTimer', name: 'callList 16' },
      { type: 'send', message: answer(16, 4) },
    ]);
    expect(story.take({ type: 'callListStatus', transactionID: 16, status: 2 }).sent()).toEqual([]);
    expect(story.take({ type: 'subscriptionAnswered', transactionID: 16, cause: 4 }).sent()).toEqual([]);
  });

  it('is told of only after it was answered', () => {
    const story = new StationStory().registered().hear(ask(16, '4000'));
    expect(story.take({ type: 'callListStatus', transactionID: 16, status: 2 }).sent()).toEqual([]);
  });

  it('ends when its timer runs out', () => {
    const story = accepted();
    story.news();
    story.take({ type: 'timer', name: 'callList 16' });
    expect(story.news()).toEqual([{ type: 'unsubscribe', transactionID: 16 }]);
    expect(story.take({ type: 'callListStatus', transactionID: 16, status: 2 }).news()).toEqual([]);
  });

  it('is replaced when its transaction comes again', () => {
    const story = accepted();
    story.news();
    expect(story.hear(ask(16, '4001')).news()).toEqual([
      { type: 'stopTimer', name: 'callList 16' },
      { type: 'unsubscribe', transactionID: 16 },
      subscribe(16, '4001'),
    ]);
  });

  it('ends when its transaction comes with timer 0', () => {
    const story = accepted();
    story.news();
    expect(story.hear(ask(16, '4000', 0)).news()).toEqual([
      { type: 'stopTimer', name: 'callList 16' },
      { type: 'unsubscribe', transactionID: 16 },
      { type: 'send', message: answer(16, 0, 0) },
    ]);
  });

  it('ends with the connection', () => {
    const story = accepted();
    story.news();
    expect(story.take({ type: 'disconnected' }).news().slice(0, 2)).toEqual([
      { type: 'stopTimer', name: 'callList 16' },
      { type: 'unsubscribe', transactionID: 16 },
    ]);
  });

  it.each(['', ' '])('of an anonymous caller ("%s") leads nowhere', (number) => {
    const story = new StationStory().registered().hear(ask(16, number));
    expect(story.news()).toEqual([{ type: 'send', message: answer(16, 1) }]);
  });

  it.each([0, 86_401, 0xffffffff])('that names %d seconds is kept for a day', (timer) => {
    const story = new StationStory().registered().hear(ask(16, '4000', timer));
    expect(story.news()).toEqual([subscribe(16, '4000', 86_400)]);
  });

  it('beyond what a phone may watch is throttled', () => {
    const story = new StationStory({ ...defaultStationSettings, maxCallListEntries: 2 }).registered();
    story.hear(ask(1, '1'), ask(2, '2'));
    story.news();
    expect(story.hear(ask(3, '3')).news()).toEqual([
      { type: 'count', what: 'callListOverflow' },
      { type: 'send', message: answer(3, 6) },
    ]);
    expect(story.hear(ask(2, '4')).news()).toContainEqual(subscribe(2, '4'));
  });
});
