import { type TimerTable, timerTable } from './timers';

const figure4: [keyof TimerTable, number, number][] = [
  ['A', 500, 500],
  ['B', 32_000, 32_000],
  ['D', 32_000, 0],
  ['E', 500, 500],
  ['F', 32_000, 32_000],
  ['G', 500, 500],
  ['H', 32_000, 32_000],
  ['I', 5000, 0],
  ['J', 32_000, 0],
  ['K', 5000, 0],
  ['L', 32_000, 32_000],
  ['M', 32_000, 32_000],
  ['100', 200, 200],
];

test.each(figure4)('[RFC3261 Table 4] timer %s is %d ms over UDP and %d ms over a stream', (name, udp, stream) => {
  expect(timerTable(false)[name]).toBe(udp);
  expect(timerTable(true)[name]).toBe(stream);
});

test('other values of T1, T2 and T4 reach every timer derived from them', () => {
  const table = timerTable(false, { t1: 1000, t2: 8000, t4: 9000 });
  expect(table).toMatchObject({
    A: 1000,
    E: 1000,
    G: 1000,
    B: 64_000,
    F: 64_000,
    J: 64_000,
    T2: 8000,
    I: 9000,
    K: 9000,
  });
});

test('timer D is never below 32 s over UDP, however short T1 is', () => {
  expect(timerTable(false, { t1: 10 }).D).toBe(32_000);
});
