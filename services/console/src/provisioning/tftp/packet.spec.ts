import fc from 'fast-check';
import { type TftpPacket, encodeTftp, parseTftp } from './packet';

const string = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const options = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z]{1,12}$/), fc.nat(99_999).map(String)), { maxLength: 5 })
  .map((pairs) => new Map(pairs));
const number = fc.nat(0xffff);
const packet: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('read' as const, 'write' as const),
    file: string,
    mode: fc.constantFrom('octet', 'netascii', 'mail'),
    options,
  }),
  fc.record({ kind: fc.constant('data' as const), block: number, data: fc.uint8Array({ maxLength: 1500 }) }),
  fc.record({ kind: fc.constant('ack' as const), block: number }),
  fc.record({ kind: fc.constant('error' as const), code: number, message: string }),
  fc.record({ kind: fc.constant('oack' as const), options }).filter((one) => one.options.size > 0),
);

const bytes = (text: string) => Buffer.from(text, 'latin1');
const read = (file: string, ...more: string[]) => bytes(`\0\x01${[file, ...more].map((one) => `${one}\0`).join('')}`);

describe('TFTP packets [RFC1350 5, RFC2347]', () => {
  it('are read as they were made', () => {
    fc.assert(
      fc.property(packet, (one) => {
        const again = parseTftp(encodeTftp(one));
        expect(again && 'data' in again ? { ...again, data: Uint8Array.from(again.data) } : again).toEqual(one);
      }),
    );
  });

  it('of any bytes never throw, and what is read is made the same again', () => {
    const opcode = fc.tuple(fc.nat(7), fc.uint8Array({ maxLength: 600 })).map(([code, rest]) => Uint8Array.of(0, code, ...rest)); // prettier-ignore
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), opcode), (any) => {
        const one = parseTftp(any);
        if (one) expect(parseTftp(encodeTftp(one))).toEqual(one);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Buffer, unknown]>([
    ['a request', read('a.cnf.xml', 'OCTET'), { kind: 'read', file: 'a.cnf.xml', mode: 'octet', options: new Map() }],
    [
      'options in any case, the first of two counts',
      read('a', 'octet', 'BlkSize', '1024', 'tsize', '0', 'blksize', '8'),
      { kind: 'read', file: 'a', mode: 'octet', options: new Map([['blksize', '1024'], ['tsize', '0']]) },
    ],
    ['an error without its last zero', bytes('\0\x05\0\x08no'), { kind: 'error', code: 8, message: 'no' }],
    ['nothing', Buffer.alloc(0), undefined],
    ['a request without a mode', read('a'), undefined],
    ['a request that does not end', bytes('\0\x01a\0octet'), undefined],
    ['an option without a value', read('a', 'octet', 'tsize'), undefined],
    ['a request of more than 512 octets', read('a'.repeat(510), 'octet'), undefined],
    ['more options than anybody sends', read('a', 'octet', ...Array.from({ length: 40 }, (_, at) => `${at}`)), undefined],
    ['an acknowledgement with a tail', bytes('\0\x04\0\x01\0'), undefined],
    ['an unknown opcode', bytes('\0\x07\0\x01'), undefined],
  ])('%s', (_what, sent, expected) => {
    expect(parseTftp(sent)).toEqual(expected);
  }); // prettier-ignore
});
