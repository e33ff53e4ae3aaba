import { IDLE, IN_USE, LampJudge, UNKNOWN } from './lamp-judge';

/** Two lines, two watchers each: subscriptions 0 and 2 watch line 0, 1 and 3 watch line 1. All show idle. */
function judgeAtRest(): LampJudge {
  const judge = new LampJudge(2, 4);
  for (let subscription = 0; subscription < 4; subscription += 1) judge.onNotify(subscription, 100, IDLE, 0);
  judge.counts.notifications = 0;
  judge.start(0);
  return judge;
}

it('measures a lamp from the change to the NOTIFY that shows it', () => {
  const judge = judgeAtRest();
  judge.change(0, IN_USE, 0, 1000);
  judge.onNotify(0, 101, IN_USE, 1002);
  judge.onNotify(2, 101, IN_USE, 1004);
  judge.change(0, IDLE, 2, 2000);
  judge.onNotify(0, 102, IDLE, 2001);
  judge.onNotify(2, 102, IDLE, 2001);
  judge.finish();
  expect(judge.latencies.map(({ count }) => count)).toEqual([2, 0, 2, 0]);
  expect(judge.latencies[0]?.summary().max).toBe(4);
  expect(judge.counts).toMatchObject({ notifications: 4, lost: 0, duplicates: 0, contradictions: 0, wrongAtEnd: 0 });
});

it('takes a lamp that turns before the INVITE is seen for right and immediate', () => {
  const judge = judgeAtRest();
  judge.expectCall(1);
  judge.onNotify(1, 101, IN_USE, 999);
  judge.change(1, IN_USE, 1, 1000);
  judge.onNotify(3, 101, IN_USE, 1003);
  judge.finish();
  expect(judge.latencies[1]?.summary()).toMatchObject({ count: 2, max: 3 });
  expect(judge.counts).toMatchObject({ contradictions: 0, lost: 0, wrongAtEnd: 0 });
});

it.each([
  ['a lamp that never came', [], { lost: 1, wrongAtEnd: 1 }],
  ['a lamp that came too late', [[101, IN_USE, 6_100]], { lost: 1, wrongAtEnd: 0 }],
  [
    'the same NOTIFY again',
    [
      [101, IN_USE, 1001],
      [101, IN_USE, 1500],
    ],
    { retransmissions: 1, duplicates: 0, lost: 0 },
  ],
  [
    'the same lamp again',
    [
      [101, IN_USE, 1001],
      [102, IN_USE, 1002],
    ],
    { duplicates: 1, lost: 0 },
  ],
  [
    'a right lamp that turned wrong',
    [
      [101, IN_USE, 1001],
      [102, IDLE, 1002],
    ],
    { contradictions: 1, wrongAtEnd: 1 },
  ],
  [
    'unknown for a registered line',
    [
      [101, UNKNOWN, 1001],
      [102, IN_USE, 1002],
    ],
    { contradictions: 1, wrongAtEnd: 0 },
  ],
  [
    'late news of the state before',
    [
      [101, IDLE, 1001],
      [102, IN_USE, 1002],
    ],
    { stale: 1, contradictions: 0, lost: 0 },
  ],
  [
    'a CSeq that went back',
    [
      [101, IN_USE, 1001],
      [99, IDLE, 1002],
    ],
    { outOfOrder: 1, wrongAtEnd: 0 },
  ],
] as [string, [number, number, number][], object][])('sees %s', (_title, notifications, counts) => {
  const judge = judgeAtRest();
  judge.change(0, IN_USE, 0, 1000);
  judge.onNotify(2, 101, IN_USE, 1001);
  for (const [cseq, lamp, now] of notifications) judge.onNotify(0, cseq, lamp, now);
  judge.finish();
  expect(judge.counts).toMatchObject(counts);
});

it('counts a lamp as lost when the line changed again before it showed, and then asks for no NOTIFY', () => {
  const judge = judgeAtRest();
  judge.change(0, IN_USE, 0, 1000);
  judge.onNotify(2, 101, IN_USE, 1001);
  judge.change(0, IDLE, 2, 1500);
  judge.onNotify(2, 102, IDLE, 1501);
  judge.finish();
  expect(judge.counts).toMatchObject({ lost: 1, overtaken: 1, wrongAtEnd: 0 });
});

it('does not expect lamps to follow a call that failed, but wants them right in the end', () => {
  const judge = judgeAtRest();
  judge.expectCall(1);
  judge.change(0, IN_USE, 0, 1000);
  judge.onNotify(1, 101, IN_USE, 1000);
  judge.change(0, IDLE, undefined, 1001);
  judge.change(1, IDLE, undefined, 1001);
  expect(judge.counts).toMatchObject({ lost: 0, contradictions: 0 });
  judge.finish();
  expect(judge.counts).toMatchObject({ lost: 1, wrongAtEnd: 1 });
});

it('judges the lamps of the warm-up and records no times of them, and leaves lamps alone when it has finished', () => {
  const judge = new LampJudge(1, 1);
  judge.onNotify(0, 100, IDLE, 0);
  judge.start(2000);
  judge.change(0, IN_USE, 0, 1999);
  judge.onNotify(0, 101, UNKNOWN, 2001);
  judge.onNotify(0, 102, IN_USE, 2001);
  judge.change(0, IDLE, 2, 2000);
  judge.onNotify(0, 103, IDLE, 2007);
  judge.finish();
  judge.onNotify(0, 104, UNKNOWN, 3000);
  expect(judge.counts).toMatchObject({ contradictions: 1, lost: 0, wrongAtEnd: 0 });
  expect(judge.latencies.map(({ count }) => count)).toEqual([0, 0, 1, 0]);
});
