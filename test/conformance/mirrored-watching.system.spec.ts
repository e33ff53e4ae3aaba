import { type MirroredSystem, startMirroredSystems } from '@linewatch/kit';

/** Two systems with the configuration of the contract: each is the presence server of the other. */
describe('[cme-presence 6.5, T-17, T-19] two systems watch each other', () => {
  let near: MirroredSystem;
  let far: MirroredSystem;
  beforeAll(async () => void ([near, far] = await startMirroredSystems()));
  afterAll(() => Promise.all([near?.close(), far?.close()]));
  afterEach(async () => {
    const violations = [...near.violations(), ...far.violations()];
    await Promise.all([near.leave(), far.leave()]);
    expect(violations).toEqual([]);
  });

  const phonesOf = async (system: MirroredSystem) => ({ sip: await system.sip(), station: await system.station() });

  it('phones of both kinds on both sides see the lines of both kinds of the other side, idle, in use and idle again', async () => {
    const [one, other] = [await phonesOf(near), await phonesOf(far)];
    const watchers = [
      { ...one, lamp: await one.sip.subscribe('4001'), dialog: await one.sip.subscribe('4101', { event: 'dialog' }) },
      {
        ...other,
        lamp: await other.sip.subscribe('3001'),
        dialog: await other.sip.subscribe('3101', { event: 'dialog' }),
      },
    ];
    for (const { station, lamp, dialog } of watchers) {
      await Promise.all([
        station.shows(1, 'idle'),
        station.shows(3, 'idle'),
        lamp.waitFor('idle'),
        dialog.waitFor('idle'),
      ]);
    }
    // A call within each side: the SIP phone calls the SCCP phone.
    for (const [digit, { sip, station }] of [
      ['3', one],
      ['4', other],
    ] as const) {
      const watching = digit === '3' ? watchers[1] : watchers[0];
      const call = sip.call(`${digit}001`);
      const incoming = await station.nextCall();
      await call.ringing();
      await Promise.all([
        watching?.station.shows(1, 'in-use'),
        watching?.station.shows(3, 'in-use'),
        watching?.lamp.waitFor('in-use'),
        watching?.dialog.waitFor('in-use'),
      ]);
      await incoming.answer();
      await call.answered();
      await call.hangup();
      await Promise.all([
        watching?.station.shows(1, 'idle'),
        watching?.station.shows(3, 'idle'),
        watching?.lamp.waitFor('idle'),
        watching?.dialog.waitFor('idle'),
      ]);
    }
  });

  it('phones of the other side that leave are unknown, and right again when they are back', async () => {
    const station = await near.station();
    await far.station();
    await station.shows(1, 'idle');
    expect(station.key(3).lamp).toBe('unknown');
    await far.sip();
    await station.shows(3, 'idle');
    await far.leave();
    await Promise.all([station.shows(1, 'unknown'), station.shows(3, 'unknown')]);
    await Promise.all([far.station(), far.sip()]);
    await Promise.all([station.shows(1, 'idle'), station.shows(3, 'idle')]);
  });

  it('a number that neither side has is unknown, and no request goes in circles [A-9]', async () => {
    const sip = await near.sip();
    const lamp = await sip.subscribe('4999');
    expect(await lamp.next(({ state }) => state === 'terminated')).toMatchObject({
      reason: 'noresource',
      lamp: 'unknown',
    });
  });
});
