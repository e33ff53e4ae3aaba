import { type SccpCall, SccpOffice, type SccpStation, type SipCall, type SipPhone } from '@linewatch/kit';

/** So long a watcher may see the last state of a line whose edge was killed. */
const UNKNOWN_WITHIN_MS = 5_000;

/** A call between phones of both kinds, whose SCCP edge is killed; the station's new place is the other copy. */
describe('kill -9 of an SCCP edge, in a call between a SIP and an SCCP phone', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open({ instances: { 'sccp-edge': 2 } })));
  afterAll(() => office.close());

  /** SIP 2101 and SCCP 3002 at the first edge talk. SCCP 1 at the second edge has keys for both: 1 is 3002, 2 is 2101. */
  async function talking(whoCalls: 'the SIP phone' | 'the SCCP phone') {
    const [sip, watcher, station] = [
      await office.sip(1),
      await office.station(1, { edge: 1 }),
      await office.station(2),
    ];
    const sipWatcher = await office.sip(2);
    const lamps = { station: await sipWatcher.subscribe('3002'), sip: await sipWatcher.subscribe('2101') };
    await watcher.shows(1, 'idle');
    const calls = whoCalls === 'the SIP phone' ? await sipCalls(sip, station) : await sccpCalls(station, sip);
    await watcher.showed(1, 'idle', 'in-use');
    await watcher.showed(2, 'idle', 'in-use');
    await lamps.station.showed('idle', 'in-use');
    await lamps.sip.showed('idle', 'in-use');
    return { sip, station, watcher, lamps, ...calls };
  }

  async function sipCalls(sip: SipPhone, station: SccpStation): Promise<{ atSip: SipCall; atStation: SccpCall }> {
    const atSip = sip.call('3002');
    const atStation = await station.nextCall();
    await atStation.answer();
    await atSip.answered();
    return { atSip, atStation };
  }

  async function sccpCalls(station: SccpStation, sip: SipPhone): Promise<{ atSip: SipCall; atStation: SccpCall }> {
    const atStation = await station.dial('2101');
    const atSip = await sip.nextCall();
    await atSip.answer();
    await atStation.answered();
    return { atSip, atStation };
  }

  it.each(['the SIP phone', 'the SCCP phone'] as const)(
    'that %s began: its line is unknown within 5 s, right at its new edge; the SIP phone is told the end',
    async (whoCalls) => {
      const { sip, station, watcher, lamps, atSip } = await talking(whoCalls);
      const pid = office.system.pidOf('sccp-edge-1');
      await office.system.kill('sccp-edge-1');
      await watcher.shows(1, 'unknown', UNKNOWN_WITHIN_MS);
      await lamps.station.waitFor('unknown', UNKNOWN_WITHIN_MS);
      await station.closedByServer();
      // The SIP phone is in the call until it is told otherwise, and its line says so until then.
      const moved = await office.station(2, { edge: 1 });
      await watcher.showed(1, 'in-use', 'unknown', 'idle');
      await lamps.station.showed('in-use', 'unknown', 'idle');
      expect((await atSip.ended(30_000)).by).toBe('there');
      await watcher.showed(2, 'idle', 'in-use', 'idle');
      await lamps.sip.showed('idle', 'in-use', 'idle');
      await office.system.untilServing('sccp-edge-1', pid);
      // All is as before: both call each other, and whoever watches sees it.
      const again = sip.call('3002');
      const incoming = await moved.nextCall();
      await incoming.answer();
      await again.answered();
      await watcher.showed(1, 'unknown', 'idle', 'in-use');
      await incoming.hangup();
      await again.ended();
      await watcher.showed(1, 'idle', 'in-use', 'idle');
      await lamps.station.showed('idle', 'in-use', 'idle');
      expect(office.violations()).toEqual([]);
      await office.leave();
    },
  );
});
