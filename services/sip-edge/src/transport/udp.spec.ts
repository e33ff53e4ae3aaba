import { createSocket, type Socket } from 'node:dgram';
import type { Flow } from '@linewatch/sip';
import { addressOf, BATCH, endpointOf, LONGEST_SENT } from './datagram-batch';
import type { SipTransport } from './transport';
import { openUdp } from './udp';

const until = async (what: () => boolean): Promise<void> => {
  const late = Date.now() + 4_000;
  while (!what() && Date.now() < late) await new Promise((resolve) => setImmediate(resolve));
};

const isLinux = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

describe.each([
  ['a datagram a system call', false],
  ['many datagrams a system call', true],
])('UDP, %s', (_how, batches) => {
  let edge: SipTransport;
  let phone: Socket;
  let phonePort: number;
  const heardByEdge: { text: string; flow: Flow }[] = [];
  const heardByPhone: string[] = [];
  const toPhone = (): Flow => ({ transport: 'udp', local: edge.local, remote: { host: '127.0.0.1', port: phonePort } });

  beforeEach(async () => {
    heardByEdge.length = heardByPhone.length = 0;
    const events = {
      message: (bytes: Buffer, flow: Flow) => void heardByEdge.push({ text: bytes.toString('latin1'), flow }),
      malformed: () => undefined,
      closed: () => undefined,
    };
    edge = await openUdp({ host: '127.0.0.1', port: 0 }, events, batches);
    phone = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    phone.on('message', (bytes) => heardByPhone.push(bytes.toString('latin1')));
    await new Promise<void>((resolve) => phone.bind(0, '127.0.0.1', resolve));
    phonePort = phone.address().port;
  });
  afterEach(async () => {
    await edge.close();
    await new Promise<void>((resolve) => phone.close(() => resolve()));
  });

  it('works as it was told to, where the machine can', () => {
    expect(edge.batches).toBe(batches && isLinux);
  });

  it('sends what a turn gave it, in order, long messages among short ones', async () => {
    const texts = Array.from({ length: 3 * BATCH + 5 }, (_, n) =>
      `${n} `.padEnd(n % 50 === 49 ? LONGEST_SENT + 900 : 40),
    );
    for (const text of texts) expect(edge.send(Buffer.from(text), toPhone())).toBe(true);
    await until(() => heardByPhone.length === texts.length);
    // A long one may wait for the socket while a batch does not: each kind has its order.
    for (const isLong of [false, true]) {
      const kind = (text: string) => text.length > LONGEST_SENT === isLong;
      expect(heardByPhone.filter(kind)).toEqual(texts.filter(kind));
    }
  });

  it('hears a burst whole, in order, each from whom it came; a keep-alive is nothing', async () => {
    const texts = Array.from({ length: 400 }, (_, n) => (n % 100 === 7 ? '\r\n\r\n' : `message ${n} ${'x'.repeat(n)}`));
    for (const text of texts) phone.send(text, edge.local.port, '127.0.0.1');
    const wanted = texts.filter((text) => text !== '\r\n\r\n');
    await until(() => heardByEdge.length === wanted.length);
    expect(heardByEdge.map(({ text }) => text)).toEqual(wanted);
    const flows = new Set(heardByEdge.map(({ flow }) => flow));
    expect([...flows]).toEqual([toPhone()]);
  });

  it('keeps what was read apart from what is read later', async () => {
    phone.send('first', edge.local.port, '127.0.0.1');
    phone.send('second', edge.local.port, '127.0.0.1');
    await until(() => heardByEdge.length === 2);
    phone.send('third!', edge.local.port, '127.0.0.1');
    await until(() => heardByEdge.length === 3);
    expect(heardByEdge.map(({ text }) => text)).toEqual(['first', 'second', 'third!']);
  });

  it('takes no address that is none', () => {
    for (const remote of [
      { host: 'phone.example', port: 5060 },
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 70_000 },
    ])
      expect(edge.send(Buffer.from('x'), { ...toPhone(), remote })).toBe(false);
  });

  it('sends what waits before it closes', async () => {
    edge.send(Buffer.from('goodbye'), toPhone());
    await edge.close();
    await until(() => heardByPhone.length === 1);
    expect(edge.send(Buffer.from('too late'), toPhone())).toBe(false);
  });

  it('says that its address is taken', async () => {
    const nothing = { message: () => undefined, malformed: () => undefined, closed: () => undefined };
    await expect(openUdp(edge.local, nothing, batches)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('an endpoint', () => {
  it.each([
    ['127.0.0.1', 5060],
    ['255.255.255.255', 65_535],
    ['0.0.0.1', 1],
  ])('is %s:%d as a number', (host, port) => {
    expect(addressOf(endpointOf(host, port) as number)).toEqual({ host, port });
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', '1.2.3.', '::1', 'a.b.c.d'])('is not %j', (host) => {
    expect(endpointOf(host, 5060)).toBeUndefined();
  });
});
