import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { Backlog } from './backlog';
import { BoundedMap } from './bounded-map';
import { LineWriter } from './line-writer';

describe('the backlog', () => {
  it('gives the newest lines in the order of time, and says how many older ones it left out', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (times, most) => {
        const backlog = new Backlog(most);
        for (const at of times) backlog.add(at, `${at}`);
        const sorted = [...times].sort((a, b) => a - b).map(String);
        const leftOut = Math.max(0, times.length - most);
        expect(backlog.drain()).toEqual({ lines: sorted.slice(leftOut), leftOut });
        expect(backlog.drain()).toEqual({ lines: [], leftOut: 0 });
      }),
    );
  });

  it('keeps lines of one time as they came', () => {
    const backlog = new Backlog(10);
    for (const line of ['call', 'lamp', 'again']) backlog.add(7, line);
    expect(backlog.drain().lines).toEqual(['call', 'lamp', 'again']);
  });
});

test('a bounded map forgets what was set longest ago', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([3, undefined, 4]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});

describe('the writer of lines', () => {
  it('leaves lines out while nobody reads, and says how many as soon as somebody does', () => {
    const out = new PassThrough({ highWaterMark: 10 });
    const writer = new LineWriter(out, (count) => `(${count} left out)`, 100);
    for (let n = 0; n < 100; n++) writer.write(`line ${n} ........`);
    expect(out.writableLength).toBeLessThan(200);
    const first = String(out.read()).trim().split('\n');
    while (out.read() !== null);
    writer.write('later');
    const rest = String(out.read()).trim().split('\n');
    expect(first[0]).toBe('line 0 ........');
    expect(rest).toEqual([expect.stringMatching(/^\(\d+ left out\)$/), 'later']);
  });

  it('says at the end what it left out last', () => {
    const written: string[] = [];
    const out = { writableLength: 200, write: (text: string) => written.push(text) > 0 };
    const writer = new LineWriter(out, (count) => `(${count} left out)`, 100);
    writer.write('lost');
    writer.end();
    writer.end();
    expect(written).toEqual(['(1 left out)\n']);
  });
});
