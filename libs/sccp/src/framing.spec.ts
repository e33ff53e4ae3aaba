import { SccpFramer } from './framing';

const header = (length: number): Buffer => {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(length >>> 0, 0);
  return bytes;
};

describe('a stream of frames', () => {
  it('says nothing while a frame is not complete', () => {
    const framer = new SccpFramer();
    expect(framer.push(header(8))).toEqual([]);
    expect(framer.heldBytes).toBe(12);
    expect(framer.push(Buffer.alloc(3))).toEqual([]);
    expect(framer.push(Buffer.alloc(1))).toHaveLength(1);
    expect(framer.heldBytes).toBe(0);
  });

  it('gives several frames of one segment in order, and what is left later', () => {
    const framer = new SccpFramer();
    const frames = Buffer.concat([header(4), header(4), header(6), Buffer.alloc(1)]);
    expect(framer.push(frames)).toHaveLength(2);
    expect(framer.push(Buffer.alloc(1))).toHaveLength(1);
  });

  it('takes a frame that is not padded', () => {
    const frame = { headerVersion: 0, id: 0, payload: Buffer.alloc(2) };
    expect(new SccpFramer().push(Buffer.concat([header(6), Buffer.alloc(2)]))).toEqual([frame]);
  });

  it.each([
    [0, 'length below 4'],
    [3, 'length below 4'],
    [4097, 'length above the limit'],
    [0xffffffff, 'length above the limit'],
  ])('is malformed when a frame states %d bytes, and read no further', (length, malformed) => {
    const framer = new SccpFramer();
    expect(framer.push(Buffer.concat([header(4), header(length), header(4)]))).toEqual([
      { headerVersion: 0, id: 0, payload: Buffer.alloc(0) },
      { malformed, length },
    ]);
    expect(framer.malformed).toBe(true);
    expect(framer.push(header(4))).toEqual([]);
    expect(framer.heldBytes).toBe(0);
  });

  it('is malformed as soon as the length is known', () => {
    const framer = new SccpFramer();
    expect(framer.push(Buffer.from('ffff', 'hex'))).toEqual([]);
    expect(framer.push(Buffer.from('ffffff', 'hex'))).toEqual([
      { malformed: 'length above the limit', length: 0xffffffff },
    ]);
  });

  it('takes frames up to its limit', () => {
    const framer = new SccpFramer({ maxLength: 100 });
    expect(framer.push(Buffer.concat([header(100), Buffer.alloc(96)]))).toHaveLength(1);
    expect(framer.push(header(101))).toEqual([{ malformed: 'length above the limit', length: 101 }]);
  });
});
