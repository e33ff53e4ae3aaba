import { IDLE, IN_USE, KeyJudge, UNKNOWN } from './key-judge';

/** Four stations with two keys each; the first keys of stations 1 and 2 show the line that changes. */
function judged() {
  const judge = new KeyJudge({ stations: 4, keys: 2, watchers: 2, offsets: [1, 2] });
  for (let station = 0; station < 4; station += 1)
    for (const key of [0, 1]) for (const status of [UNKNOWN, IDLE]) judge.told(station, key, status, true, 0);
  return judge;
}

it('finds nothing wrong with keys that come up and follow their line, and tells how late they were', () => {
  const judge = judged();
  expect(judge.allIdle).toBe(true);
  judge.change(IN_USE, 100);
  judge.told(1, 0, IN_USE, false, 104);
  expect(judge.isComplete).toBe(false);
  judge.told(2, 0, IN_USE, false, 110);
  expect(judge.isComplete).toBe(true);
  expect(judge.notIdle).toBe(2);
  judge.change(IDLE, 200);
  for (const station of [1, 2]) judge.told(station, 0, IDLE, false, 201);
  judge.giveUp();
  judge.finish();
  // What comes when stations leave is not judged.
  judge.told(1, 0, UNKNOWN, false, 300);
  expect(judge.counts).toEqual({ told: 20, lost: 0, wrong: 0, repeated: 0 });
  const { first, all, each } = judge.times;
  expect([first.summary(), all.summary(), each.summary()]).toMatchObject([
    { count: 2, max: 4 },
    { count: 2, max: 10 },
    { count: 4, max: 10 },
  ]);
});

it('forgets the times of the changes before', () => {
  const judge = judged();
  judge.change(IN_USE, 0);
  for (const station of [1, 2]) judge.told(station, 0, IN_USE, false, 1);
  judge.record();
  expect(judge.times.each.count).toBe(0);
});

it.each<[string, (judge: KeyJudge) => void, Partial<KeyJudge['counts']>]>([
  ['one key did not get the change', (judge) => judge.told(1, 0, IN_USE, false, 1), { lost: 1, wrong: 1 }],
  ['nobody got the change', () => {}, { lost: 2, wrong: 0 }],
  ['a key got it that shows another line', (judge) => judge.told(1, 1, IN_USE, false, 1), { lost: 2, wrong: 2 }],
  ['a station got it that does not watch', (judge) => judge.told(3, 0, IN_USE, false, 1), { lost: 2, wrong: 2 }],
  ['a key turned unknown again', (judge) => judge.told(3, 1, UNKNOWN, false, 1), { lost: 2, wrong: 2 }],
  ['a status came that is none', (judge) => judge.told(1, 0, 4, false, 1), { lost: 2, wrong: 2 }],
  ['a key was told again what it shows', (judge) => judge.told(3, 1, IDLE, false, 1), { lost: 2, repeated: 1 }],
  ['a phone asked for what it shows', (judge) => judge.told(3, 1, IDLE, true, 1), { lost: 2, repeated: 0 }],
])('catches it when %s', (_what, happens, counts) => {
  const judge = judged();
  judge.change(IN_USE, 0);
  happens(judge);
  judge.giveUp();
  judge.finish();
  expect(judge.counts).toMatchObject(counts);
});

it('counts keys that never came up', () => {
  const judge = new KeyJudge({ stations: 3, keys: 1, watchers: 1, offsets: [1] });
  judge.told(0, 0, IDLE, true, 0);
  judge.finish();
  expect(judge.counts.wrong).toBe(2);
});
