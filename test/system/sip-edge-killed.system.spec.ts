import { SccpOffice } from '@linewatch/kit';

/** A SIP phone has called an SCCP phone: the SIP edge controls the call, and what it needs of the other leg is in that leg's facts. */
describe('kill -9 of the SIP edge that controls a call with an SCCP phone', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open()));
  afterAll(() => office.close());

  it('leaves the call up: whoever hangs up afterwards ends it at the other side', async () => {
    const [sip, station, watcher] = [await office.sip(1), await office.station(2), await office.station(1)];
    const call = sip.call('3002');
    const incoming = await station.nextCall();
    await incoming.answer();
    await call.answered();
    await watcher.shows(1, 'in-use');
    const pid = office.system.pidOf('sip-edge-1');
    await office.system.kill('sip-edge-1');
    await office.system.untilServing('sip-edge-1', pid);
    await watcher.shows(2, 'in-use');
    expect([call.state, incoming.state]).toEqual(['confirmed', 'connected']);
    await incoming.hangup();
    expect((await call.ended(10_000)).by).toBe('there');
    await watcher.shows(1, 'idle');
    await watcher.shows(2, 'idle');
  });
});
