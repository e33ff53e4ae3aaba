import { SccpOffice, type SccpCall, type SccpStation, type SipPhone } from '@linewatch/kit';

/** Calls that wait at a park slot, from phones of both kinds [cme-presence 3.4; T-10]. */
describe('a park slot that is watched', () => {
  let office: SccpOffice;
  /** The keys of phone 2 that show the slot: by its line, and with `device` [V-4]. */
  const [line, device] = [3, 4];

  beforeAll(async () => {
    office = await SccpOffice.open();
    await office.configure('ephone-dn  21', ' number 3121', ' park-slot', ' allow watch');
    await office.configure('ephone-dn  22', ' number 3103', ' park-slot', ' allow watch');
    await office.configure(
      'ephone 2',
      ' blf-speed-dial 2 3103 label "Parked"',
      ' blf-speed-dial 3 3103 label "Parked there" device',
    );
  });
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  async function talk(caller: SccpStation, called: SccpStation, number: string): Promise<[SccpCall, SccpCall]> {
    const call = await caller.dial(number);
    const incoming = await called.nextCall();
    await incoming.answer();
    await call.answered();
    return [call, incoming];
  }

  async function isIdle(watcher: SccpStation): Promise<void> {
    await watcher.shows(line, 'idle');
    await watcher.shows(device, 'idle');
  }

  /** Neither key flickers on the way. */
  async function wasInUseOnce(watcher: SccpStation): Promise<void> {
    await watcher.showed(line, 'idle', 'in-use', 'idle');
    await watcher.showed(device, 'idle', 'in-use', 'idle');
    expect(watcher.repeatedLamps).toBe(0);
  }

  /** Each hears the other where it said that it listens. */
  async function hearEachOther(one: SccpCall, other: SccpCall): Promise<void> {
    const sends = (from: SccpCall, to: SccpCall) =>
      from.phone.until('sound', () =>
        from.sendingTo && from.sendingTo.port === to.receiving?.port ? true : undefined,
      );
    await sends(one, other);
    await sends(other, one);
  }

  it('T-10: a call parked by the key turns it in use, and idle when it is fetched; a `device` key shows the same', async () => {
    const [watcher, parker, far] = [await office.station(2), await office.station(3), await office.station(4)];
    await isIdle(watcher);
    const [parked, call] = await talk(far, parker, '3003');
    call.softKey('Park');
    await call.ended();
    // Of two free slots the one whose last digits are those of the line [AG-park].
    await parker.until('where it is parked', () => (parker.notice === 'Call Park At 3103' ? true : undefined));
    await watcher.shows(line, 'in-use');
    await watcher.shows(device, 'in-use');
    expect(parked.state).not.toBe('idle');
    const fetching = await watcher.dial('3103');
    await fetching.answered();
    await wasInUseOnce(watcher);
    await hearEachOther(fetching, parked);
    await fetching.hangup();
    await parked.ended();
  });

  it('a SIP phone parks by a transfer to the slot, and another SIP phone fetches the call', async () => {
    const watcher = await office.station(2);
    const [parker, fetcher] = [await office.sip(1), await office.sip(2)];
    const far = await office.station(3);
    await isIdle(watcher);
    const parked = await far.dial('2101');
    const incoming = await (parker as SipPhone).nextCall();
    incoming.ring();
    await incoming.answer();
    await parked.answered();
    expect((await incoming.refer('3103')).status).toBe(202);
    await watcher.shows(line, 'in-use');
    await incoming.ended();
    const fetching = await fetcher.call('3103');
    await fetching.answered();
    await wasInUseOnce(watcher);
    const port = (sdp: string | undefined) => Number(/^m=audio (\d+)/m.exec(sdp ?? '')?.[1]);
    await parked.phone.until('sound', () =>
      parked.sendingTo?.port === port(fetching.localSdp) && port(fetching.remoteSdp) === parked.receiving?.port
        ? true
        : undefined,
    );
    // Hold and resume pass through both calls.
    expect((await fetching.hold()).status).toBe(200);
    await parked.phone.until('silence', () => (parked.sendingTo ? undefined : true));
    expect((await fetching.resume()).status).toBe(200);
    await parked.phone.until('sound again', () => parked.sendingTo);
    await parked.hangup();
    await fetching.ended();
  });

  it('who waits there may hang up: the slot is idle', async () => {
    const [watcher, parker, far] = [await office.station(2), await office.station(3), await office.station(4)];
    await isIdle(watcher);
    const [parked, call] = await talk(far, parker, '3003');
    call.softKey('Park');
    await watcher.shows(line, 'in-use');
    await call.ended();
    await parked.hangup();
    await wasInUseOnce(watcher);
  });
});
