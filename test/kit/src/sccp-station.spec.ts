import type { StationButton, StationProfile, StationSettings } from '@linewatch/sccp';
import { Exchange } from './sccp-exchange.fixture';
import { SccpStation, type SccpStationOptions } from './sccp-station';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const watchBob: StationButton = { type: 'blf', number: '3002', label: 'Bob' };

function profile(number: string, displayName: string, ...more: StationButton[]): StationProfile {
  return { lines: [{ number, displayName, label: `${displayName} ${number}` }], buttons: [{ type: 'line' }, ...more] };
}

const phones = [
  {
    deviceName: 'SEP020000000001',
    profile: profile('3001', 'Alice', watchBob, { type: 'speedDial', number: '3002', label: 'Call Bob' }),
  },
  { deviceName: 'SEP020000000002', profile: profile('3002', 'Bob') },
  { deviceName: 'SEP020000000003', profile: profile('3003', 'Carol', watchBob) },
];

async function exchange(settings: Partial<StationSettings> = {}): Promise<Exchange> {
  const one = await Exchange.open(phones, settings);
  opened.push(one);
  return one;
}

async function station(at: Exchange, tag: number, options: Partial<SccpStationOptions> = {}): Promise<SccpStation> {
  const deviceName = `SEP02000000000${tag}`;
  const one = await SccpStation.open({ server: at.address, deviceName, withinMs: 4_000, ...options });
  opened.push(one);
  return one;
}

async function registered(at: Exchange, tag: number, options: Partial<SccpStationOptions> = {}): Promise<SccpStation> {
  const one = await station(at, tag, options);
  await one.register();
  return one;
}

/** Alice and Bob at one exchange. */
async function pair(version: number): Promise<{ at: Exchange; alice: SccpStation; bob: SccpStation }> {
  const at = await exchange();
  return { at, alice: await registered(at, 1, { version }), bob: await registered(at, 2, { version }) };
}

describe.each([5, 11, 17, 22])('a phone of version %d', (version) => {
  it('registers and shows its keys', async () => {
    const at = await exchange();
    const alice = await station(at, 1, { version });
    alice.alarm();
    expect(await alice.register()).toEqual({ version, keepAlive: 30 });
    expect(alice.buttons.map(({ instance, type }) => [instance, type])).toEqual([
      [1, 0x09],
      [1, 0x15],
      [2, 0x02],
    ]);
    expect(alice.lines).toEqual([{ instance: 1, number: '3001', name: 'Alice', label: 'Alice 3001' }]);
    expect(alice.speedDials.get(2)).toEqual({ number: '3002', label: 'Call Bob' });
    expect(alice.key(1)).toMatchObject({ label: 'Bob', lamps: ['unknown'] });
    expect(alice.softKeysShown()).toContain('NewCall');
    await alice.keepAlive();
    expect(await alice.unregister()).toBe(0);
    await alice.closedByServer();
    expect(alice.violations).toEqual([]);
    expect(at.counts).toEqual([]);
  });

  it('shows another line: registered, in a call, do-not-disturb, gone', async () => {
    const { at, alice, bob } = await pair(version);
    await alice.shows(1, 'idle');
    bob.offHook();
    await alice.shows(1, 'in-use');
    bob.onHook();
    await alice.shows(1, 'idle');
    bob.pressDoNotDisturb();
    await alice.shows(1, 'dnd');
    await bob.until('the notice', () => (bob.notice === 'Do Not Disturb is active' ? true : undefined));
    bob.pressDoNotDisturb();
    await alice.shows(1, 'idle');
    bob.disconnect();
    await alice.shows(1, 'unknown');
    expect(alice.key(1).lamps).toEqual(['unknown', 'idle', 'in-use', 'idle', 'dnd', 'idle', 'unknown']);
    expect([...alice.violations, ...bob.violations, ...at.counts]).toEqual([]);
  });

  it('calls: rings, talks, holds, resumes, ends', async () => {
    const { at, alice, bob } = await pair(version);
    const call = await alice.dial('3002');
    await call.ringing();
    expect(call.tone).toBe('alerting');
    const coming = await bob.nextCall();
    expect(coming).toMatchObject({ callingNumber: '3001', callingName: 'Alice', prompt: 'From Alice' });
    expect(bob.isRinging).toBe(true);
    await Promise.all([coming.answer(), call.answered()]);
    expect(bob).toMatchObject({ isRinging: false, isSpeakerOn: true });
    expect(call.sendingTo).toMatchObject({ port: coming.receiving?.port, address: '127.0.0.1', codec: 4 });
    await bob.until('the way back', () => (coming.sendingTo?.port === call.receiving?.port ? true : undefined));
    expect(call.digitsPayload).toBe(101);
    await call.hold();
    await bob.until('silence', () => (coming.sendingTo === undefined ? true : undefined));
    await call.resume();
    await bob.until('sound again', () => (coming.sendingTo?.port === call.receiving?.port ? true : undefined));
    await Promise.all([call.hangup(), coming.ended()]);
    expect([...alice.violations, ...bob.violations, ...at.counts]).toEqual([]);
  });

  it('dials by its keys: BLF, speed dial, a whole number, redial', async () => {
    const { at, alice, bob } = await pair(version);
    await alice.shows(1, 'idle');
    for (const act of [
      () => alice.pressBlf(1),
      () => alice.nextNew(() => alice.pressButton(3)),
      () => alice.enbloc('3002'),
      () => alice.redial(),
    ]) {
      const call = await act();
      await call.ringing();
      await bob.nextCall();
      await call.hangup();
      await bob.until('quiet', () => (bob.isRinging ? undefined : true));
    }
    expect([...alice.violations, ...bob.violations, ...at.counts]).toEqual([]);
  });

  it('hears that a number is busy, unknown or not there', async () => {
    const { alice } = await pair(version);
    const absent = await alice.enbloc('3003');
    await absent.reach('refused', ['congestion']);
    await absent.hangup();
    const unknown = await alice.enbloc('9999');
    await unknown.reach('refused', ['invalid']);
    expect(unknown.tone).toBe('reorder');
    alice.onHook();
    await unknown.ended();
    expect(alice.violations).toEqual([]);
  });

  it('shows numbers in a call list', async () => {
    const { alice, bob } = await pair(version);
    const entry = alice.showInCallList('3002');
    expect(await entry.answered()).toBe(0);
    await entry.shows('idle');
    bob.offHook();
    await entry.shows('in-use');
    expect(await alice.showInCallList('4711').answered()).toBe(1);
    expect(alice.violations).toEqual([]);
  });
});

describe('a phone', () => {
  it('answers a call by lifting the handset, and by itself', async () => {
    const at = await exchange();
    const alice = await registered(at, 1, { autoAnswerMs: 0 });
    const bob = await registered(at, 2);
    const carol = await registered(at, 3);
    const call = await bob.dial('3001');
    await call.answered();
    const other = await carol.dial('3002');
    const coming = await bob.nextCall();
    await bob.until('a beep', () => (coming.tone === 'call waiting' ? true : undefined));
    await Promise.all([coming.answer(), other.answered()]);
    expect(call.state).toBe('held');
    await Promise.all([coming.hangup(), other.ended()]);
    const third = await carol.dial('3002');
    const last = await bob.nextCall();
    await Promise.all([last.answerByHandset(), third.answered()]);
    expect([...alice.violations, ...bob.violations, ...carol.violations]).toEqual([]);
  });

  it('keeps its first call on hold when a transfer is refused', async () => {
    const { at, alice, bob } = await pair(17);
    const carol = await registered(at, 3, { autoAnswerMs: 0 });
    const call = await alice.dial('3002');
    await Promise.all([(await bob.nextCall()).answer(), call.answered()]);
    const other = await call.consult('3003');
    await other.answered();
    expect(call.state).toBe('held');
    other.completeTransfer();
    await alice.until('the refusal', () => (alice.notice === 'Transfer failed' ? true : undefined));
    await other.hangup();
    await call.resume();
    expect([...alice.violations, ...bob.violations, ...carol.violations]).toEqual([]);
  });

  it('that is unknown is refused with a text', async () => {
    const other = await station(await exchange(), 9);
    await expect(other.register()).rejects.toThrow('No such phone');
    await other.closedByServer();
    expect(other.violations).toEqual([]);
  });

  it('asks whether it may come', async () => {
    const alice = await station(await exchange(), 1);
    expect(await alice.askToken()).toBe('ack');
    await alice.register();
    expect(alice.violations).toEqual([]);
  });

  it('registers anew after a loss', async () => {
    const alice = await registered(await exchange(), 1);
    await alice.reconnect();
    await alice.register();
    expect(alice.lines).toHaveLength(1);
    expect(alice.violations).toEqual([]);
  });

  it('is cut off when it sends garbage, and only it', async () => {
    const { alice, bob } = await pair(17);
    alice.sendRaw(Buffer.alloc(64, 0xff));
    await alice.closedByServer();
    await bob.keepAlive();
  });

  it('is cut off when it says nothing for too long', async () => {
    const at = await exchange({ keepAliveSeconds: 0.02, keepAlivesMissed: 2 });
    const alice = await station(at, 1, { keepAliveMs: 0 });
    await alice.sendRegister();
    await alice.closedByServer();
    expect(alice.violations).toEqual([]);
  });

  it('says that it is there without being told', async () => {
    const alice = await registered(await exchange(), 1, { keepAliveMs: 10 });
    const acks = () => alice.heard.filter(({ name }) => name === 'KeepAliveAck').length;
    await alice.until('answers', () => (acks() >= 3 ? true : undefined));
    expect(alice.violations).toEqual([]);
  });

  it('whose channel fails loses its call', async () => {
    const { alice, bob } = await pair(17);
    bob.answerMedia = { status: 2 };
    const call = await alice.dial('3002');
    const coming = await bob.nextCall();
    coming.softKey('Answer');
    await call.reach('refused', ['congestion']);
    await coming.ended();
    expect([...alice.violations, ...bob.violations]).toEqual([]);
  });

  it('throws when it is to press what it does not show', async () => {
    const alice = await registered(await exchange(), 1);
    expect(() => alice.softKey('Answer')).toThrow('shows no soft key Answer');
    expect(() => alice.pressButton(9)).toThrow('has no button 9');
    expect(() => alice.key(7)).toThrow('has no BLF key 7');
  });

  it('fails a wait at its deadline, with what came instead', async () => {
    const alice = await registered(await exchange(), 1);
    await expect(alice.shows(1, 'alerting', 20)).rejects.toThrow(
      'awaited for 20 ms: key 1 alerting; came instead: lamps',
    );
  });
});
