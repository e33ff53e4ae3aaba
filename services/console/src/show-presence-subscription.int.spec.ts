import { emptyConfig, lineDirectory } from '@linewatch/config';
import {
  showSubscriptionDetails,
  showSubscriptionRecords,
  showSubscriptionSummary,
} from './layouts/presence-subscription';
import { subscriptionView } from './layouts/subscription-view';
import { runToEnd } from './testing/console-run';
import { records } from './testing/records';
import { type TestSystem, startTestSystem } from './testing/test-system';

jest.setTimeout(60_000);

let system: TestSystem;
beforeEach(async () => {
  system = await startTestSystem();
});
afterEach(() => system.bus.close());

const all = records(450);
const views = all.map((record) => subscriptionView(record, 0, lineDirectory(emptyConfig())));

describe('show presence subscription', () => {
  beforeEach(() => system.answerSubscriptions(all));
  const run = (...keyword: string[]) => runToEnd(['show', 'presence', 'subscription', ...keyword], system.env);

  it.each([
    ['without a keyword all records', [], showSubscriptionRecords(views)],
    ['all of them as a summary', ['summary'], showSubscriptionSummary(views)],
    ['all of them in detail', ['details'], showSubscriptionDetails(views)],
    [
      'those of one presentity',
      ['presentity', '3004'],
      showSubscriptionRecords(views.filter(({ presentity }) => presentity.startsWith('3004@'))),
    ],
    ['those of one SubID', ['subid', '7'], showSubscriptionRecords(views.slice(2, 3))],
    ['no record of a SubID that is not there', ['subid', '8'], showSubscriptionRecords([])],
    ['no record of a number that nobody watches', ['presentity', '9'], showSubscriptionRecords([])],
  ])('prints %s, asked for page by page', async (_, keyword, expected) => {
    expect(await run(...keyword)).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  it.each([[['--json']], [['summary', '--json']], [['details', '--json']]])('prints JSON with %j', async (keyword) => {
    const { stdout } = await run(...keyword);
    expect(JSON.parse(stdout)).toEqual({ subscriptions: 450, records: views });
  });

  it.each([[['subid', 'x']], [['subid']], [['presentity']], [['sumary']]])(
    'answers %j with code 2',
    async (keyword) => {
      const { code, stdout } = await run(...keyword);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );
});

test('a service whose pages do not go on is not asked for ever', async () => {
  const [record] = all;
  await system.bus.answer(system.bus.subjects.ask('subscriptions'), 'test', async () => ({
    total: 1,
    records: [record],
    more: true,
  }));
  const { code, stderr } = await runToEnd(['show', 'presence', 'subscription'], system.env);
  expect(code).toBe(1);
  expect(stderr).toBe('linewatch: subscription-authorization gave SubID 1 after 1.\n');
});
