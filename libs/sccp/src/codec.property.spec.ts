import fc from 'fast-check';
import { decodeMessage, encodeMessage, type Frame, layouts } from './codec';
import { dumpMessage } from './dump';
import { SccpFramer } from './framing';
import type { Message, MessageName } from './messages';
import type { Dialect } from './payload';

const names = Object.keys(layouts) as MessageName[];
const dialects: fc.Arbitrary<Dialect> = fc.record({
  version: fc.constantFrom(3, 5, 8, 11, 15, 16, 17, 18, 20, 21, 22),
  text: fc.constantFrom('utf8' as const, 'latin1' as const),
});
const payloads = fc.uint8Array({ maxLength: 800 }).map((bytes) => Buffer.from(bytes));

/** A message with values in all its fields: whatever bytes say when they are long enough. */
const messages = fc.record({
  name: fc.constantFrom(...names),
  payload: fc.uint8Array({ minLength: 900, maxLength: 900 }).map((bytes) => Buffer.from(bytes)),
});

const one = (bytes: Buffer): Frame => {
  const [frame] = new SccpFramer().push(bytes);
  if (!frame || !('id' in frame)) throw new Error('no frame');
  return frame;
};

describe('the codec', () => {
  it('leaves nothing of one message in the next one', () => {
    const all = (octet: number) => Buffer.alloc(900, octet);
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom(...names),
        payloads,
        dialects,
        (earlier, name, payload, dialect) => {
          const written = (of: MessageName, from: Buffer) => {
            const message = decodeMessage({ headerVersion: 0, id: layouts[of].id, payload: from }, dialect);
            return message.name === 'raw' ? undefined : encodeMessage(message, dialect);
          };
          written(earlier, all(0));
          const clean = written(name, payload);
          written(earlier, all(0x41));
          expect(written(name, payload)).toEqual(clean);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('reads what it wrote: every message, every version', () => {
    fc.assert(
      fc.property(messages, dialects, ({ name, payload }, dialect) => {
        const first = decodeMessage({ headerVersion: 0, id: layouts[name].id, payload }, dialect);
        if (first.name === 'raw') throw new Error('the payload was too short');
        // What a field cannot hold (a letter cut in two, an address of no kind) is settled by the first writing.
        const bytes = encodeMessage(first, dialect);
        const settled = decodeMessage(one(bytes), dialect) as Message;
        expect(bytes.length % 4).toBe(0);
        expect(bytes.readUInt32LE(0)).toBe(bytes.length - 8);
        expect(settled.name).toBe(name);
        const again = encodeMessage(settled, dialect);
        expect(decodeMessage(one(again), dialect)).toEqual(settled);
        for (const [key, value] of Object.entries(first)) {
          if (typeof value === 'number') expect([key, settled[key as keyof Message]]).toEqual([key, value]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never throws, whatever the bytes and the version', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), payloads, dialects, (name, id, payload, dialect) => {
        for (const each of [layouts[name].id, id]) {
          const message = decodeMessage({ headerVersion: 0, id: each, payload }, dialect);
          expect(dumpMessage(message)).not.toMatch(/[\n\r\u0000-\u001f]/);
          if (message.name !== 'raw') encodeMessage(message, dialect);
        }
      }),
      { numRuns: 800 },
    );
  });

  it('cuts what does not fit instead of throwing', () => {
    const numbers = fc.oneof(fc.double(), fc.integer(), fc.constant(2 ** 40));
    fc.assert(
      fc.property(numbers, fc.string({ unit: 'binary', maxLength: 500 }), dialects, (number, text, dialect) => {
        const message: Message = {
          name: 'SubscriptionStatReqMessage',
          transactionID: number,
          subscriptionFeatureID: number,
          timer: number,
          subscriptionID: text,
        };
        expect(encodeMessage(message, dialect).length).toBe(12 + 268);
      }),
    );
  });
});

describe('the framer', () => {
  it('finds the same frames however the stream is cut', () => {
    const streams = fc.array(fc.tuple(fc.nat({ max: 0xffff }), payloads), { maxLength: 6 });
    fc.assert(
      fc.property(streams, fc.array(fc.nat({ max: 60 })), (frames, cuts) => {
        const bytes = Buffer.concat(
          frames.map(([id, payload]) => {
            const head = Buffer.alloc(12);
            head.writeUInt32LE(payload.length + 4, 0);
            head.writeUInt32LE(id, 8);
            return Buffer.concat([head, payload]);
          }),
        );
        const framer = new SccpFramer();
        const found = [];
        let at = 0;
        for (const cut of cuts) {
          found.push(...framer.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        found.push(...framer.push(bytes.subarray(at)));
        expect(found).toEqual(frames.map(([id, payload]) => ({ headerVersion: 0, id, payload })));
        expect(framer.heldBytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('never throws and never holds more than one frame, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(payloads, { maxLength: 20 }), (chunks) => {
        const framer = new SccpFramer({ maxLength: 256 });
        for (const chunk of chunks) framer.push(chunk);
        expect(framer.heldBytes).toBeLessThanOrEqual(264);
      }),
      { numRuns: 200 },
    );
  });
});
