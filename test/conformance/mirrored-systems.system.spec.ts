import {
  type MirroredSystem,
  type SccpCall,
  type SccpStation,
  type SipCall,
  SipPhone,
  startMirroredSystems,
} from '@linewatch/kit';

type Kind = 'SIP' | 'SCCP';

/** Two systems with the configuration of the contract, of which each is the other's trunk. */
describe('[cme-presence 6.5] two systems call each other', () => {
  let near: MirroredSystem;
  let far: MirroredSystem;
  beforeAll(async () => void ([near, far] = await startMirroredSystems()));
  afterAll(() => Promise.all([near.close(), far.close()]));
  afterEach(async () => {
    const violations = [...near.violations(), ...far.violations()];
    await Promise.all([near.leave(), far.leave()]);
    expect(violations).toEqual([]);
  });

  const phoneOf = (system: MirroredSystem, kind: Kind): Promise<SipPhone | SccpStation> =>
    kind === 'SIP' ? system.sip() : system.station();
  const call = async (phone: SipPhone | SccpStation, number: string): Promise<SipCall | SccpCall> =>
    phone instanceof SipPhone ? phone.call(number) : phone.dial(number);

  /** Where a phone listens, and where it was told to send. */
  function placesOf(one: SipCall | SccpCall): { listens?: string; sends?: string } {
    if (!('localSdp' in one)) {
      const { receiving, sendingTo } = one;
      return {
        ...(receiving && { listens: `${receiving.address}:${receiving.port}` }),
        ...(sendingTo && { sends: `${sendingTo.address}:${sendingTo.port}` }),
      };
    }
    const placeIn = (sdp: string) => `${/^c=IN IP4 (\S+)/m.exec(sdp)?.[1]}:${/^m=audio (\d+)/m.exec(sdp)?.[1]}`;
    return { listens: placeIn(one.localSdp), ...(one.remoteSdp !== undefined && { sends: placeIn(one.remoteSdp) }) };
  }

  it.each<[Kind, Kind]>([
    ['SIP', 'SIP'],
    ['SIP', 'SCCP'],
    ['SCCP', 'SIP'],
    ['SCCP', 'SCCP'],
  ])(
    '%s to %s: both hear where the other listens, and each line is in use once for its own watchers',
    async (from, to) => {
      const caller = await phoneOf(near, from);
      const called = await phoneOf(far, to);
      // The phones of the other kind watch: the SIP phone by a subscription, the SCCP phone by its key 2.
      const watch = async (system: MirroredSystem, kind: Kind, digit: string) => {
        if (kind === 'SIP') {
          const station = await system.station();
          await station.shows(2, 'idle');
          return { until: () => station.shows(2, 'in-use'), over: () => station.showed(2, 'idle', 'in-use', 'idle') };
        }
        const lamp = await (await system.sip()).subscribe(`${digit}001`);
        await lamp.waitFor('idle');
        return { until: () => lamp.waitFor('in-use'), over: () => lamp.showed('idle', 'in-use', 'idle') };
      };
      const watchers = [await watch(near, from, '3'), await watch(far, to, '4')];
      const number = to === 'SIP' ? '4101' : '4001';
      const outgoing = await call(caller, number);
      const incoming = await called.nextCall();
      await outgoing.ringing();
      for (const watcher of watchers) await watcher.until();
      await incoming.answer();
      await outgoing.answered();
      const isAgreed = () => {
        const [one, other] = [placesOf(outgoing), placesOf(incoming)];
        return (one.listens !== undefined && one.listens === other.sends && one.sends === other.listens) || undefined;
      };
      await caller.until('sound', isAgreed, undefined, () => JSON.stringify([placesOf(outgoing), placesOf(incoming)]));
      expect(placesOf(outgoing).listens).toMatch(/^127\.0\.1\.1:/);
      expect(placesOf(incoming).listens).toMatch(/^127\.0\.2\.1:/);
      await incoming.hangup();
      await outgoing.ended();
      for (const watcher of watchers) await watcher.over();
    },
  );

  it('names go with the numbers across the trunk', async () => {
    const caller = await near.station();
    const called = await far.station();
    const outgoing = await caller.dial('4001');
    const incoming = await called.nextCall();
    expect(incoming).toMatchObject({ callingNumber: '3001', callingName: 'Desk 3001' });
    await outgoing.hangup();
    await incoming.ended();
  });

  it('a number that neither has ends where it began: no call goes round in circles', async () => {
    const caller = await near.sip();
    expect(await caller.call('4999').ended()).toEqual({ by: 'there', status: 404 });
  });
});
