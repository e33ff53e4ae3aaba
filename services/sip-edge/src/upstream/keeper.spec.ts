import { header, type SipRequest } from '@linewatch/sip';
import { SERVER, UpstreamRig, UpstreamWorld } from './testing/upstream-rig';

const MINUTE = 60_000;
const expiresOf = (request: SipRequest) => header(request, 'Expires');

describe('lines beyond the trunk [cme-presence 4.8]', () => {
  it('are watched at the server for the first watcher, as that one, and show what the server says', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    expect(rig.heard()).toHaveLength(1);
    const request = rig.last();
    expect(request.requestUri).toBe(`sip:4001@${SERVER}`);
    expect(
      ['From', 'Contact', 'Event', 'Expires'].map((name) => header(request, name)?.replace(/;tag=.*/, '')),
    ).toEqual(['<sip:2101@127.0.0.2>', '<sip:2101@127.0.0.2:5060>', 'presence', '3600']);
    expect(rig.world.lamp()).toBe('nothing');
    await rig.serve('in-use');
    expect(rig.world.lamp()).toBe('in-use');
    expect((await rig.shows('idle')).status).toBe(200);
    expect(rig.world.lamp()).toBe('idle');
  });

  it('have one subscription however many watch them, ended when the last one leaves', async () => {
    const rig = await UpstreamRig.open();
    for (let at = 0; at < 1_000; at += 1) await rig.world.watch(`w${at}`);
    await rig.serve('idle');
    await rig.keeper.round();
    expect(rig.heard()).toHaveLength(1);
    for (let at = 0; at < 999; at += 1) rig.world.unwatch(`w${at}`);
    await rig.world.clock.pass(10_000);
    await rig.keeper.round();
    expect(rig.heard()).toHaveLength(1);
    rig.world.unwatch('w999');
    await rig.keeper.round();
    expect(rig.heard().map(expiresOf)).toEqual(['3600', '0']);
    expect(rig.world.lamp()).toBe('unknown');
    expect(rig.keeper.size).toBe(0);
    await rig.answer(200, { Expires: '0' });
    expect((await rig.notify('terminated;reason=timeout')).status).toBe(200);
    expect((await rig.notify('active')).status).toBe(481);
  });

  it('have one subscription for each package', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.world.watch('b', '4001', 'dialog');
    expect(rig.heard().map((request) => header(request, 'Event'))).toEqual(['presence', 'dialog']);
  });

  it('are asked for by the name and with the password of sip-ua', async () => {
    const rig = await UpstreamRig.open();
    rig.configure('sip-ua', ' authentication username jack password 0 secret');
    await rig.world.watch('a');
    expect(header(rig.last(), 'From')).toContain('<sip:jack@');
    await rig.answer(401, { 'WWW-Authenticate': 'Digest realm="far", nonce="n", algorithm=MD5, qop="auth"' });
    expect(header(rig.last(), 'Authorization')).toContain('username="jack"');
    await rig.serve('idle');
    expect(rig.world.lamp()).toBe('idle');
  });

  it('are asked for at the port of the trunk at that address', async () => {
    const rig = await UpstreamRig.open();
    rig.configure('dial-peer voice 1 voip', ` session target ipv4:${SERVER}:5070`, ' session protocol sipv2');
    await rig.world.watch('a');
    expect(rig.last().requestUri).toBe(`sip:4001@${SERVER}:5070`);
    expect(rig.socket.sent.at(-1)?.flow.remote).toEqual({ host: SERVER, port: 5070 });
  });

  it('answer 481 to a NOTIFY that nobody asked for [SB-37]', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    const stranger = {
      ...rig.last(),
      headers: rig.last().headers.map((f) => (f.name === 'Call-ID' ? { ...f, value: 'x' } : f)),
    };
    expect((await rig.shows('idle', stranger)).status).toBe(481);
    expect(rig.world.lamp()).toBe('nothing');
  });

  it('show what comes before the 2xx [SB-36]', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.shows('in-use');
    expect(rig.world.lamp()).toBe('in-use');
    await rig.answer(200);
    expect(rig.world.lamp()).toBe('in-use');
  });
});

describe('a server that fails', () => {
  it('by refusing is asked again each minute: 1 attempt and 10 retries, and no 12th when the keys have given up [T-20]', async () => {
    const rig = await UpstreamRig.open();
    const began = rig.world.clock.now();
    await rig.world.watch('a');
    const at: number[] = [];
    for (let attempt = 1; attempt <= 11; attempt += 1) {
      at.push(rig.world.clock.now() - began);
      expect(rig.heard()).toHaveLength(attempt);
      await rig.answer(404);
      expect(rig.world.lamp()).toBe('unknown');
      expect(rig.world.stateOf()?.state.relayed[`${SERVER} presence`]?.failure).toMatchObject({
        status: 404,
        attempts: attempt,
      });
      // What its keys do in sccp-edge: after as many failures they leave.
      if (attempt === 11) rig.world.unwatch('a');
      for (let second = 0; second < 60; second += 1) {
        await rig.keeper.round();
        await rig.world.clock.pass(1_000, 250);
      }
    }
    expect(at).toEqual(Array.from({ length: 11 }, (_each, index) => index * MINUTE));
    await rig.world.clock.pass(10 * MINUTE, 1_000);
    expect(rig.heard()).toHaveLength(11);
  });

  it('by silence is unknown after 32 s, and right again after the next attempt', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.world.clock.pass(33_000, 250);
    expect(rig.world.stateOf()?.state.relayed[`${SERVER} presence`]?.failure?.kind).toBe('timeout');
    await rig.world.clock.pass(28_000, 250);
    expect(rig.heard()).toHaveLength(2);
    await rig.serve('in-use');
    expect(rig.world.lamp()).toBe('in-use');
    expect(rig.world.stateOf()?.state.relayed[`${SERVER} presence`]?.failure).toBeUndefined();
  });

  it('by silence while it is watched is unknown when its grant is over', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.serve('in-use', { Expires: '100' });
    await rig.world.clock.pass(89_000, 250);
    expect(rig.heard()).toHaveLength(1);
    await rig.world.clock.pass(10_000, 250);
    expect(rig.heard()).toHaveLength(2);
    expect(rig.world.lamp()).toBe('in-use');
    await rig.world.clock.pass(2_000, 250);
    expect(rig.world.lamp()).toBe('unknown');
  });

  it('by losing its memory is subscribed to anew at its next refresh, and is right again', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.serve('in-use', { Expires: '100' });
    await rig.world.clock.pass(91_000, 250);
    await rig.answer(481);
    const [, refresh, anew] = rig.heard();
    expect(header(anew as SipRequest, 'Call-ID')).not.toBe(header(refresh as SipRequest, 'Call-ID'));
    await rig.serve('idle');
    expect(rig.world.lamp()).toBe('idle');
  });

  it.each(['deactivated', 'probation', 'rejected', 'timeout', 'giveup', 'noresource'])(
    'by terminating as %s is unknown at once, and is asked again on schedule, or at once for a watcher that comes',
    async (reason) => {
      const rig = await UpstreamRig.open();
      await rig.world.watch('a');
      await rig.serve('idle');
      await rig.notify(`terminated;reason=${reason}`);
      expect(rig.world.lamp()).toBe('unknown');
      expect(rig.world.stateOf()?.state.relayed[`${SERVER} presence`]?.failure).toMatchObject({
        kind: 'terminated',
        reason,
      });
      await rig.world.watch('b');
      await rig.world.clock.pass(1_500, 250);
      expect(rig.heard()).toHaveLength(2);
      await rig.answer(480);
      await rig.world.clock.pass(MINUTE, 250);
      expect(rig.heard()).toHaveLength(3);
      await rig.serve('in-use');
      expect(rig.world.lamp()).toBe('in-use');
    },
  );
});

describe('the rules [cme-presence 4.9]', () => {
  it.each(['no allow subscribe', 'no server'])('%s ends what goes out', async (command) => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.serve('idle');
    rig.configure('presence', ` ${command}`);
    expect(rig.heard().map(expiresOf)).toEqual(['3600', '0']);
    expect(rig.world.lamp()).toBe('unknown');
    await rig.world.watch('b');
    await rig.keeper.round();
    expect(rig.heard()).toHaveLength(2);
  });

  it('another server is asked instead, and what the first one said counts no more', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.serve('in-use');
    rig.configure('presence', ' server 127.0.0.8');
    expect(rig.world.lamp()).toBe('unknown');
    await rig.keeper.round();
    expect(rig.last().requestUri).toBe('sip:4001@127.0.0.8');
    await rig.serve('idle');
    expect(rig.world.lamp()).toBe('idle');
    expect(Object.keys(rig.world.stateOf()?.state.relayed ?? {})).toEqual(['127.0.0.8 presence']);
  });

  it('a number that is a line here never goes out [Q-12]', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a', '2101');
    await rig.keeper.round();
    expect(rig.heard()).toEqual([]);
    await rig.world.watch('b');
    await rig.serve('idle');
    rig.configure('voice register dn 9', ' number 4001');
    expect(rig.heard().map(expiresOf)).toEqual(['3600', '0']);
  });
});

describe('several edges', () => {
  const open = async () => {
    const world = new UpstreamWorld();
    const rigs = [await UpstreamRig.open(world, 'sip-edge-1'), await UpstreamRig.open(world, 'sip-edge-2')] as const;
    const round = async () => {
      for (const rig of rigs) await rig.keeper.round();
    };
    return { world, rigs, round };
  };

  it('share the lines, each of which is watched by one', async () => {
    const { world, rigs, round } = await open();
    for (let at = 0; at < 40; at += 1) await world.watch(`w${at}`, String(5_000 + at));
    await round();
    const shares = rigs.map((rig) => rig.heard().length);
    expect(shares[0]! + shares[1]!).toBe(40);
    expect(Math.min(...shares)).toBeGreaterThan(5);
  });

  it('take over from one that died, whose lamps are unknown until then', async () => {
    const { world, rigs, round } = await open();
    await world.watch('a');
    const [first, second] = rigs[0].heard().length === 1 ? rigs : ([rigs[1], rigs[0]] as const);
    await first.serve('in-use');
    first.holds = false;
    world.kill(first.edge);
    expect(world.lamp()).toBe('unknown');
    await round();
    expect(second.heard()).toHaveLength(1);
    await second.serve('in-use');
    expect(world.lamp()).toBe('in-use');
    // It was only paused: it finds that another edge watches the line, and says nothing more.
    first.holds = true;
    world.edges.filter(({ edge }) => edge === first.edge).forEach((each) => (each.alive = true));
    const said = world.facts.length;
    await round();
    expect(first.keeper.size).toBe(0);
    expect(expiresOf(first.last())).toBe('0');
    expect(world.facts).toHaveLength(said);
    expect(world.lamp()).toBe('in-use');
  });

  it('hand over at once when one ends', async () => {
    const { world, rigs, round } = await open();
    await world.watch('a');
    const [first, second] = rigs[0].heard().length === 1 ? rigs : ([rigs[1], rigs[0]] as const);
    await first.serve('idle');
    await first.keeper.stop();
    expect(expiresOf(first.last())).toBe('0');
    world.kill(first.edge);
    await round();
    await second.serve('idle');
    expect(world.lamp()).toBe('idle');
  });

  it('go on with the schedule of a line that fails', async () => {
    const { world, rigs, round } = await open();
    await world.watch('a');
    const [first, second] = rigs[0].heard().length === 1 ? rigs : ([rigs[1], rigs[0]] as const);
    await first.answer(404);
    first.holds = false;
    world.kill(first.edge);
    await world.clock.pass(10_000, 250);
    await round();
    expect(second.heard()).toHaveLength(0);
    await world.clock.pass(51_000, 250);
    expect(second.heard()).toHaveLength(1);
    await second.answer(404);
    expect(world.stateOf()?.state.relayed[`${SERVER} presence`]?.failure?.attempts).toBe(2);
  });
});

describe('what may get lost', () => {
  it('is nothing by tables that are not there', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.serve('idle');
    await rig.world.clock.pass(10_000);
    rig.world.lost = true;
    rig.world.unwatch('a');
    await rig.keeper.round();
    expect(rig.keeper.size).toBe(1);
  });

  it('is a watcher that nobody told of: the next round finds it', async () => {
    const world = new UpstreamWorld();
    await world.watch('a');
    const rig = await UpstreamRig.open(world);
    await rig.keeper.round();
    expect(rig.heard()).toHaveLength(1);
    expect(header(rig.last(), 'From')).toContain('4001');
  });

  it('is a fact: it is said again, and counted [design law 6]', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    rig.loses = true;
    await rig.serve('in-use');
    rig.loses = false;
    await rig.keeper.round();
    expect(rig.world.lamp()).toBe('nothing');
    await rig.world.clock.pass(6_000);
    await rig.keeper.round();
    expect(rig.world.lamp()).toBe('in-use');
    const said = rig.world.facts.length;
    await rig.world.clock.pass(6_000);
    await rig.keeper.round();
    expect(rig.world.facts).toHaveLength(said);
  });

  it('is nothing while this process may not speak as its edge: it subscribes when it may', async () => {
    const rig = await UpstreamRig.open();
    rig.holds = false;
    await rig.world.watch('a');
    expect(rig.heard()).toEqual([]);
    rig.holds = true;
    await rig.world.clock.pass(1_000, 100);
    expect(rig.heard()).toHaveLength(1);
  });

  it('is the confirmation, when every edge is gone: the lamp is stale and unknown', async () => {
    const rig = await UpstreamRig.open();
    await rig.world.watch('a');
    await rig.serve('in-use', { Expires: '100' });
    rig.loses = true;
    await rig.world.clock.pass(112_000, 500);
    rig.world.sweep();
    expect(rig.world.lamp()).toBe('unknown');
    expect(rig.world.stateOf()?.state.relayed[`${SERVER} presence`]?.stale).toBe(true);
  });
});
