import { connect } from 'node:net';
import { SccpOffice, SccpStation, until } from '@linewatch/kit';

/** What two sccp-edges are when one of them dies, and what a connection that is no phone can do to others. */
describe('two SCCP edges', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open({ instances: { 'sccp-edge': 2 } })));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  it('a caller at one, a callee at the other: sound flows between them, and both lines show it', async () => {
    const caller = await office.station(1, { edge: 0 });
    const called = await office.station(2, { edge: 1 });
    await caller.shows(1, 'idle');
    const call = await caller.dial('3002');
    const incoming = await called.nextCall();
    await incoming.answer();
    await call.answered();
    expect(call.sendingTo?.port).toBe(incoming.receiving?.port);
    expect(incoming.sendingTo?.port).toBe(call.receiving?.port);
    await called.shows(2, 'in-use');
    await caller.shows(1, 'in-use');
    await incoming.hangup();
    await call.ended();
    await called.shows(2, 'idle');
  });

  it('a phone that registers at the other edge has moved: its first connection ends, and its line stays idle', async () => {
    const watcher = await office.station(2, { edge: 0 });
    const first = await office.station(1, { edge: 0 });
    await watcher.shows(2, 'idle');
    const before = watcher.key(2).lamps.length;
    await office.station(1, { edge: 1 });
    await first.closedByServer();
    const sip = await office.sip(1);
    await (await sip.subscribe('3001')).waitFor('idle');
    expect(watcher.key(2).lamps.slice(before - 1)).toEqual(['idle']);
  });

  it('after kill -9 the lines of an edge are unknown within 5 s, and right as soon as their phones come to the other', async () => {
    const sip = await office.sip(1);
    const watcher = await office.station(1, { edge: 1 });
    const lost = await office.station(2, { edge: 0 });
    const lamp = await sip.subscribe('3002');
    await lamp.waitFor('idle');
    await watcher.shows(1, 'idle');
    const pid = office.system.pidOf('sccp-edge-1');
    await office.system.kill('sccp-edge-1');
    await watcher.shows(1, 'unknown', 5_000);
    await lamp.waitFor('unknown', 5_000);
    await lost.closedByServer();
    await office.station(2, { edge: 1 });
    await watcher.shows(1, 'idle');
    await lamp.waitFor('idle');
    await office.system.untilServing('sccp-edge-1', pid);
    // The edge that came back ends what its earlier life left, and nothing of the phone's new place.
    const again = await office.station(3, { edge: 0 });
    const call = await again.dial('3002');
    await call.ringing();
    await watcher.shows(1, 'in-use');
    await call.hangup();
    await watcher.shows(1, 'idle');
  });

  it('subscriptions of an edge that was killed do not stay', async () => {
    const phone = await office.station(1, { edge: 0 });
    await phone.shows(1, 'unknown');
    const count = async () => {
      const { stdout } = await office.system.console(['show', 'presence', 'subscription', 'summary']);
      return /Summary: (\d+) /.exec(stdout)?.[1];
    };
    await until(async () => (await count()) === '4', 'the keys of numbers that are ours');
    const pid = office.system.pidOf('sccp-edge-1');
    await office.system.kill('sccp-edge-1');
    await phone.closedByServer();
    await office.system.untilServing('sccp-edge-1', pid);
    await until(async () => (await count()) === '0', 'no keys');
    await phone.reconnect();
    await phone.register();
    await until(async () => (await count()) === '4', 'the keys again');
  });
});

describe('an SCCP edge among strangers', () => {
  let office: SccpOffice;
  beforeAll(async () => {
    const env = { LINEWATCH_SCCP_FIRST_MESSAGE_SECONDS: '1', LINEWATCH_SCCP_KEEPALIVE_SECONDS: '1' };
    office = await SccpOffice.open({ env });
  });
  afterAll(() => office.close());

  /** Sends bytes on a connection of its own. @returns when the edge has closed it */
  function send(bytes: Buffer): Promise<void> {
    const { host = '', port = 0 } = office.system.sccp[0] ?? {};
    return new Promise((closed) => {
      const socket = connect({ host, port }, () => socket.write(bytes));
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.once('close', () => closed());
    });
  }

  const keepAlive = Buffer.from('040000000000000000000000', 'hex');

  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a length that no message has', Buffer.from('ffffffff0000000001000000', 'hex')],
    ['half a frame and silence', keepAlive.subarray(0, 7)],
    ['silence', Buffer.alloc(0)],
    ['a first message that no phone begins with', Buffer.from('04000000000000000e000000', 'hex')],
    ['a flood', Buffer.concat(Array.from({ length: 5_000 }, () => keepAlive))],
  ])('%s ends its own connection and harms no phone', async (_what, bytes) => {
    const phone = await office.station(1);
    await send(bytes);
    await phone.keepAlive();
    expect(phone.isConnected).toBe(true);
    expect(phone.violations).toEqual([]);
    await phone.unregister();
    await phone.close();
  });

  it('a phone that says nothing any more is gone after three intervals, and its line is unknown', async () => {
    const watcher = await office.station(1);
    const [server] = office.system.sccp;
    if (!server) throw new Error('no sccp-edge listens');
    const silent = await SccpStation.open({ server, mac: '020000000102', keepAliveMs: 0 });
    await silent.register();
    await watcher.shows(1, 'idle');
    await silent.closedByServer(10_000);
    await watcher.shows(1, 'unknown');
    await silent.close();
  });

  it('counts what it turned away', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${office.system.httpPorts['sccp-edge-1']}/metrics`)).text();
    for (const sample of [
      'connection_endings_total{why="malformed"',
      'connection_endings_total{why="flood"',
      'stations_closed_total{why="silent"',
      'stations_closed_total{why="notRegistered"',
    ]) {
      expect(metrics).toMatch(new RegExp(`^linewatch_${sample.replace(/[{"]/g, '\\$&')}.* [1-9]`, 'm'));
    }
  });
});
