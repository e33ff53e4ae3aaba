import { Reading } from './reading';

describe('reading', () => {
  let now: number;
  let turns: (() => void)[];
  let reading: Reading;
  const endTurn = () => turns.splice(0).forEach((callback) => callback());
  beforeEach(() => {
    now = 1_000;
    turns = [];
    reading = new Reading({ monotonic: () => now }, (callback) => void turns.push(callback));
    reading.mostInATurn = 32;
  });

  it('is behind for a moment after a turn that read as much as one may', () => {
    for (let count = 0; count < 32; count += 1) reading.heard();
    endTurn();
    expect(reading.isBehind(now)).toBe(true);
    now += 50;
    expect(reading.isBehind(now)).toBe(false);
  });

  it('is full from the message on that fills a turn, and shortly after', () => {
    for (let count = 0; count < 31; count += 1) reading.heard();
    expect(reading.isFull).toBe(false);
    reading.heard();
    expect(reading.isFull).toBe(true);
    endTurn();
    expect(reading.isFull).toBe(true);
    now += 2;
    expect(reading.isFull).toBe(false);
  });

  it('is not behind after turns that left nothing unread, however many', () => {
    for (let turn = 0; turn < 10; turn += 1) {
      for (let count = 0; count < 31; count += 1) reading.heard();
      endTurn();
    }
    expect(reading.isBehind(now)).toBe(false);
  });

  it('is behind when a timer fires much too late: the loop was held up', () => {
    expect(reading.isBehind(now - 51)).toBe(true);
    expect(reading.isBehind(now - 50)).toBe(false);
  });
});
