import fc from 'fast-check';
import type { TftpPacket, TftpRequest } from './packet';
import {
  LONGEST_TRANSFER_MS,
  MOST_TRIES,
  type Transfer,
  type TransferEffect,
  type TransferInput,
  begin,
  step,
} from './transfer';

const FILE = Buffer.from('abcdefghijklmnopqrstuvwxyz');

const request = (options: Record<string, string> = {}, mode = 'octet'): TftpRequest => ({
  kind: 'read',
  file: 'x',
  mode,
  options: new Map(Object.entries(options)),
});

/** A transfer and what it did, input after input. */
function start(file: Uint8Array, options: Record<string, string> = {}, mode?: string) {
  let { transfer, effects }: { transfer: Transfer; effects: readonly TransferEffect[] } = begin(request(options, mode), file, 0); // prettier-ignore
  const input = (one: TransferInput, now = 0): string[] => {
    ({ transfer, effects } = step(transfer, one, now));
    return said(effects);
  };
  return {
    first: said(effects),
    ack: (block: number, now?: number) => input({ kind: 'packet', packet: { kind: 'ack', block } }, now),
    packet: (packet: TftpPacket) => input({ kind: 'packet', packet }),
    timeout: (now?: number) => input({ kind: 'timeout' }, now),
  };
}

/** `1:abc` for a block, `oack`, `timer 1000`, `error`, `served`. */
const said = (effects: readonly TransferEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.kind === 'timer') return `timer ${effect.ms}`;
    if (effect.kind === 'done') return effect.result;
    const { packet } = effect;
    if (packet.kind === 'oack') return `oack ${[...packet.options].join(' ')}`;
    return packet.kind === 'data' ? `${packet.block}:${Buffer.from(packet.data).toString('latin1')}` : packet.kind;
  });

describe('a transfer', () => {
  it('sends a block for each acknowledgement; one that is shorter is the last [RFC1350 6]', () => {
    const one = start(FILE, { blksize: '10' });
    expect(one.first).toEqual(['oack blksize,10', 'timer 1000']);
    expect(one.ack(0)).toEqual(['1:abcdefghij', 'timer 1000']);
    expect(one.ack(1)).toEqual(['2:klmnopqrst', 'timer 1000']);
    expect(one.ack(2)).toEqual(['3:uvwxyz', 'timer 1000']);
    expect(one.ack(3)).toEqual(['served']);
  });

  it('begins with the first block when there are no options to acknowledge', () => {
    expect(start(FILE).first).toEqual([`1:${FILE.toString()}`, 'timer 1000']);
  });

  it('ends with an empty block when the file fills the last one', () => {
    const one = start(FILE.subarray(0, 16), { blksize: '8' });
    one.ack(0);
    one.ack(1);
    expect(one.ack(2)).toEqual(['3:', 'timer 1000']);
    expect(one.ack(3)).toEqual(['served']);
  });

  it('does not answer an acknowledgement that says nothing new: else every block would go twice [RFC1123 4.2.3.1]', () => {
    const one = start(FILE, { blksize: '8' });
    one.ack(0);
    one.ack(1);
    expect([one.ack(1), one.ack(0), one.ack(3), one.ack(65_535)]).toEqual([[], [], [], []]);
  });

  it('sends again what was not acknowledged, ever later, and gives up', () => {
    const one = start(FILE);
    const again = Array.from({ length: MOST_TRIES }, () => one.timeout());
    const block = `1:${FILE.toString()}`;
    expect(again).toEqual([2000, 4000, 4000, 4000, 4000].map((ms) => [block, `timer ${ms}`]));
    expect(one.timeout()).toEqual(['error', 'given_up']);
  });

  it('keeps to the time-out that the client asked for [RFC2349]', () => {
    const one = start(FILE, { timeout: '3' });
    expect(one.first.at(-1)).toBe('timer 3000');
    expect(one.timeout().at(-1)).toBe('timer 3000');
  });

  it('sends a window at a time, and after a gap from there on [RFC7440 4]', () => {
    const one = start(FILE, { blksize: '8', windowsize: '3' });
    expect(one.ack(0)).toEqual(['1:abcdefgh', '2:ijklmnop', '3:qrstuvwx', 'timer 1000']);
    expect(one.ack(1)).toEqual(['2:ijklmnop', '3:qrstuvwx', '4:yz', 'timer 1000']);
    expect(one.ack(4)).toEqual(['served']);
  });

  it('ends when the client says so', () => {
    expect(start(FILE).packet({ kind: 'error', code: 8, message: '' })).toEqual(['cancelled']);
  });

  it('is given up when it takes too long, however often the client is heard', () => {
    const one = start(FILE, { blksize: '8' });
    expect(one.ack(0, LONGEST_TRANSFER_MS - 1)).toContain('1:abcdefgh');
    expect(one.ack(1, LONGEST_TRANSFER_MS)).toEqual(['error', 'given_up']);
  });

  it('in netascii has lines that end with CR LF, and its size is that of what is sent [RFC1350 1]', () => {
    const one = start(Buffer.from('a\nb\rc'), { tsize: '0' }, 'netascii');
    expect(one.first[0]).toBe('oack tsize,7');
    expect(one.ack(0)[0]).toBe('1:a\r\nb\r\0c');
  });

  it('counts blocks beyond 65535 from 0', () => {
    const file = Buffer.alloc(8 * 65_537, 'x');
    const one = start(file, { blksize: '8' });
    for (let block = 0; block <= 65_534; block += 1) one.ack(block);
    expect(one.ack(65_535)[0]).toBe('0:xxxxxxxx');
    expect(one.ack(0)[0]).toBe('1:xxxxxxxx');
    expect(one.ack(1)[0]).toBe('2:');
    expect(one.ack(2)).toEqual(['served']);
  });
});

/** What becomes of one datagram. */
type Fate = 'arrives' | 'lost' | 'twice';

/** A file and a client that keeps to the standard, over a network that loses and doubles datagrams. */
function overNetwork(file: Uint8Array, options: Record<string, string>, fates: readonly Fate[]) {
  const got: Buffer[] = [];
  const windowSize = Number(options.windowsize ?? 1);
  let sinceAck = 0;
  let datagrams = 0;
  let result = '';
  const network: TftpPacket[] = [];
  const put = (packet: TftpPacket): void => {
    const fate = fates[datagrams] ?? 'arrives';
    datagrams += 1;
    if (fate !== 'lost') network.push(packet, ...(fate === 'twice' ? [packet] : []));
  };
  const client = (packet: TftpPacket): void => {
    if (packet.kind === 'oack') put({ kind: 'ack', block: 0 });
    if (packet.kind !== 'data') return;
    const isNext = packet.block === got.length + 1;
    if (isNext) got.push(Buffer.from(packet.data));
    sinceAck += 1;
    const isLast = packet.data.length < Number(options.blksize ?? 512);
    if (sinceAck < windowSize && isNext && !isLast) return;
    sinceAck = 0;
    put({ kind: 'ack', block: got.length });
  };
  let transfer: Transfer;
  const take = (next: { transfer: Transfer; effects: readonly TransferEffect[] }): void => {
    transfer = next.transfer;
    for (const effect of next.effects) {
      if (effect.kind === 'send') put(effect.packet);
      if (effect.kind === 'done') result = effect.result;
    }
  };
  take(begin(request(options), file, 0));
  while (result === '') {
    const packet = network.shift();
    if (packet === undefined) take(step(transfer!, { kind: 'timeout' }, 0));
    else if (packet.kind === 'ack') take(step(transfer!, { kind: 'packet', packet }, 0));
    else client(packet);
  }
  return { got: Buffer.concat(got), result, datagrams };
}

describe('a transfer over a network that loses and doubles datagrams', () => {
  const options = fc.record(
    { blksize: fc.integer({ min: 8, max: 40 }).map(String), windowsize: fc.integer({ min: 1, max: 8 }).map(String), tsize: fc.constant('0') },
    { requiredKeys: ['blksize'] },
  ); // prettier-ignore
  const fate = fc.constantFrom<Fate>('arrives', 'arrives', 'arrives', 'lost', 'twice');

  it('brings the file as it is or gives up, and never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), options, fc.array(fate, { maxLength: 120 }), (file, asked, fates) => {
        const { got, result } = overNetwork(file, asked, fates);
        expect(Buffer.from(file).subarray(0, got.length)).toEqual(got);
        if (result === 'served') expect(got).toHaveLength(file.length);
        else expect(fates).toContain('lost');
      }),
      { numRuns: 500 },
    ); // prettier-ignore
  });

  it('costs two datagrams a block when nothing is lost', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (file) => {
        const { datagrams, result } = overNetwork(file, { blksize: '16' }, []);
        expect(result).toBe('served');
        expect(datagrams).toBe(2 + 2 * (Math.floor(file.length / 16) + 1));
      }),
    );
  });
});
