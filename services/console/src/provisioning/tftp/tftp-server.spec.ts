import { type RemoteInfo, type Socket, createSocket } from 'node:dgram';
import { Metrics } from '@linewatch/runtime';
import { type TftpPacket, encodeTftp, parseTftp } from './packet';
import { TftpServer } from './tftp-server';

const FILE = Buffer.from('<device>'.repeat(400));
const NAME = 'SEP00AABBCCDDEE.cnf.xml';

/** One client: a socket and what it received. */
class Client {
  private readonly heard: [TftpPacket, number][] = [];
  private wake: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      this.heard.push([parseTftp(bytes) as TftpPacket, from.port]);
      this.wake();
    });
  }

  static async open(host: string): Promise<Client> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    return new Client(socket);
  }

  send(packet: TftpPacket | Buffer, port: number): void {
    this.socket.send(Buffer.isBuffer(packet) ? packet : encodeTftp(packet), port, '127.0.0.1');
  }

  async next(): Promise<[TftpPacket, number]> {
    while (this.heard.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.heard.shift() as [TftpPacket, number];
  }

  close(): void {
    this.socket.close();
  }
}

const read = (file: string, options: Record<string, string> = {}, mode = 'octet'): TftpPacket => ({
  kind: 'read',
  file,
  mode,
  options: new Map(Object.entries(options)),
});
const ack = (block: number): TftpPacket => ({ kind: 'ack', block });

describe('files over TFTP', () => {
  let metrics: Metrics;
  let server: TftpServer;
  let port: number;
  let clients: Client[];

  beforeEach(async () => {
    clients = [];
    metrics = new Metrics();
    const clock = { monotonic: () => performance.now(), now: () => 0 };
    const files = {
      find: (name: string) =>
        name === NAME
          ? { kind: 'file' as const, content: FILE }
          : name.includes('..')
            ? { kind: 'traversal' as const }
            : { kind: 'not_found' as const },
    };
    server = new TftpServer({ metrics, clock, log: { warn: () => undefined } as never }, files, { total: 3, perSource: 2 });
    port = await server.listen('127.0.0.1', 0);
  }); // prettier-ignore
  afterEach(async () => {
    await server.stop();
    for (const client of clients) client.close();
  });

  const client = async (host = '127.0.0.1') => {
    const one = await Client.open(host);
    clients.push(one);
    return one;
  };
  const counted = async (result: string): Promise<number> => {
    const line = new RegExp(`tftp_requests_total\\{result="${result}"\\} (\\d+)`).exec(await metrics.text());
    return Number(line?.[1] ?? 0);
  };

  const untilCounted = async (result: string): Promise<void> => {
    while ((await counted(result)) === 0) await new Promise((resolve) => setImmediate(resolve));
  };

  it('come whole, from a port of their own, and are counted', async () => {
    const one = await client();
    one.send(read(NAME, { blksize: '1024', tsize: '0' }), port);
    const [offer, from] = await one.next();
    expect(offer).toEqual({ kind: 'oack', options: new Map([['blksize', '1024'], ['tsize', `${FILE.length}`]]) }); // prettier-ignore
    expect(from).not.toBe(port);
    one.send(ack(0), from);
    const blocks: Uint8Array[] = [];
    for (;;) {
      const [packet] = await one.next();
      if (packet.kind !== 'data') throw new Error(packet.kind);
      blocks.push(packet.data);
      one.send(ack(packet.block), from);
      if (packet.data.length < 1024) break;
    }
    expect(Buffer.concat(blocks)).toEqual(FILE);
    // Its last acknowledgement comes before the next request is answered.
    one.send(read('other'), port);
    await one.next();
    expect([await counted('served'), await counted('not_found')]).toEqual([1, 1]);
  });

  it.each<[string, TftpPacket | Buffer, number, string]>([
    ['a file that does not exist', read('CTLSEP00AABBCCDDEE.tlv'), 1, 'not_found'],
    ['a traversal', read('../secret'), 2, 'traversal'],
    ['to write', { kind: 'write', file: NAME, mode: 'octet', options: new Map() }, 2, 'write'],
    ['a mode that is none', read(NAME, {}, 'mail'), 4, 'malformed'],
    ['a request of more than 512 octets', read('A'.repeat(600)), 4, 'malformed'],
    ['a block that nobody asked for', { kind: 'data', block: 1, data: Buffer.from('x') }, 4, 'malformed'],
    ['what is not TFTP', Buffer.from('GET / HTTP/1.1'), 4, 'malformed'],
  ])('refuse and count %s', async (_what, sent, code, result) => {
    const one = await client();
    one.send(sent, port);
    const [answer, from] = await one.next();
    expect(answer).toMatchObject({ kind: 'error', code });
    expect(from).toBe(port);
    expect(await counted(result)).toBe(1);
  });

  it('are refused and counted beyond the transfers of one address, and served when one ends', async () => {
    const [first, second, third] = [await client(), await client(), await client()];
    first.send(read(NAME), port);
    const [, from] = await first.next();
    second.send(read(NAME), port);
    await second.next();
    third.send(read(NAME), port);
    await untilCounted('flood');
    first.send({ kind: 'error', code: 0, message: 'enough' }, from);
    await untilCounted('cancelled');
    third.send(read(NAME), port);
    expect((await third.next())[0]).toMatchObject({ kind: 'data', block: 1 });
  });

  it('are refused and counted beyond all transfers, whoever asks', async () => {
    for (const host of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
      const one = await client(host);
      one.send(read(NAME), port);
      await one.next();
    }
    (await client('127.0.0.4')).send(read(NAME), port);
    await untilCounted('flood');
    expect(await metrics.text()).toContain('linewatch_tftp_transfers 3');
  });

  it('go on when somebody else speaks to their port, who is told so [RFC1350 4]', async () => {
    const [mine, other] = [await client(), await client()];
    mine.send(read(NAME), port);
    const [, from] = await mine.next();
    other.send(ack(1), from);
    expect((await other.next())[0]).toMatchObject({ kind: 'error', code: 5 });
    mine.send(ack(1), from);
    expect((await mine.next())[0]).toMatchObject({ kind: 'data', block: 2 });
  });

  it('are sent once to a client that asks again', async () => {
    const one = await client();
    one.send(read(NAME), port);
    one.send(read(NAME), port);
    const [, from] = await one.next();
    one.send(ack(1), from);
    expect((await one.next())[0]).toMatchObject({ kind: 'data', block: 2 });
  });
});
