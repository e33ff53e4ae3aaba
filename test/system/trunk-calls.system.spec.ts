import { type SccpCall, SccpOffice, type SipCall, SipPhone, type SipSubscription } from '@linewatch/kit';

/** Calls to and from the far side of a trunk: what both are told of their media, and what watchers see of the line. */

const FAR = '127.0.3.1';
const NOBODY = '127.0.3.2';
/** A restarted edge takes up its subscriptions before it tells anybody of anything. */
const AFTER_KILL_MS = 30_000;

/** Address and port that a session description names. */
function rtpOf(sdp: string | undefined): { address: string; port: number } {
  return {
    address: /^c=IN IP4 (\S+)/m.exec(sdp ?? '')?.[1] ?? '',
    port: Number(/^m=audio (\d+)/m.exec(sdp ?? '')?.[1]),
  };
}

const place = (channel: { address: string; port: number } | undefined) =>
  channel && { address: channel.address, port: channel.port };

describe('calls over a trunk', () => {
  let office: SccpOffice;
  let far: SipPhone;
  let stranger: SipPhone;
  beforeAll(async () => {
    office = await SccpOffice.open();
    const registrar = office.system.sip[0];
    if (!registrar) throw new Error('no sip-edge listens');
    far = await SipPhone.open({ numbers: ['4001', '4901'], registrar, host: FAR });
    stranger = await SipPhone.open({ numbers: ['4801'], registrar, host: '127.0.3.3' });
    const trunk = (tag: number, pattern: string, { host, port }: { host: string; port: number }, preference = 0) => [
      `dial-peer voice ${tag} voip`, ` preference ${preference}`, ` destination-pattern ${pattern}`,
      ' session protocol sipv2', ` session target ipv4:${host}:${port}`,
    ]; // prettier-ignore
    // Numbers 49.. go to somebody who is not there, and then to the same far side.
    await office.configure(
      ...trunk(100, '4...', far.address),
      ...trunk(101, '49..', { host: NOBODY, port: 5060 }, 1),
      ...trunk(102, '49..', far.address, 2),
    );
  });
  afterAll(async () => {
    await Promise.all([far.close(), stranger.close()]);
    await office.close();
  });
  afterEach(async () => {
    const violations = [...office.violations(), ...far.violations.splice(0)];
    await office.leave();
    expect(violations).toEqual([]);
  });

  /** A SIP phone that watches a number which is idle. */
  async function watch(number: string): Promise<SipSubscription> {
    const watcher = await office.sip(2);
    const lamp = await watcher.subscribe(number);
    await lamp.waitFor('idle');
    return lamp;
  }

  /** Station and far side hear each other where they said. */
  async function soundWith(call: SccpCall, sip: SipCall): Promise<void> {
    await call.phone.until('sound with the far side', () => {
      const isHeard = call.sendingTo?.port === rtpOf(sip.localSdp).port;
      return (isHeard && rtpOf(sip.remoteSdp).port === call.receiving?.port) || undefined;
    });
    expect(place(call.sendingTo)).toEqual(rtpOf(sip.localSdp));
    expect(rtpOf(sip.remoteSdp)).toEqual(place(call.receiving));
  }

  it('SIP phone to trunk: both hear where the other listens; hold; the line is in use once', async () => {
    const phone = await office.sip(1);
    const lamp = await watch('2101');
    const call = phone.call('4001');
    const incoming = await far.nextCall();
    await call.ringing();
    await lamp.waitFor('in-use');
    await incoming.answer();
    await call.answered();
    expect(rtpOf(incoming.remoteSdp)).toEqual(rtpOf(call.localSdp));
    expect(rtpOf(call.remoteSdp)).toEqual(rtpOf(incoming.localSdp));
    expect((await call.hold()).status).toBe(200);
    await far.until('hold', () => incoming.isHeldThere || undefined);
    expect((await incoming.hold()).status).toBe(200);
    expect((await call.resume()).status).toBe(200);
    await incoming.hangup();
    await call.ended();
    await lamp.showed('idle', 'in-use', 'idle');
  });

  it('trunk to SIP phone', async () => {
    const phone = await office.sip(1);
    const lamp = await watch('2101');
    const call = far.call('2101', { fields: [['P-Asserted-Identity', '"Far Office" <sip:4007@far.example.com>']] });
    const incoming = await phone.nextCall();
    expect(incoming.number).toBe('4007');
    await call.ringing();
    await lamp.waitFor('in-use');
    await incoming.answer();
    await call.answered();
    expect(rtpOf(incoming.remoteSdp)).toEqual(rtpOf(call.localSdp));
    expect(rtpOf(call.remoteSdp)).toEqual(rtpOf(incoming.localSdp));
    await call.hangup();
    await incoming.ended();
    await lamp.showed('idle', 'in-use', 'idle');
  });

  it('SCCP phone to trunk: digits that fit its pattern are enough', async () => {
    const station = await office.station(1);
    const lamp = await watch('3001');
    const call = await station.dial('4001');
    const incoming = await far.nextCall();
    expect(incoming.number).toBe('3001');
    await lamp.waitFor('in-use');
    await incoming.answer();
    await call.answered();
    await soundWith(call, incoming);
    await call.hold();
    await far.until('hold', () => incoming.isHeldThere || undefined);
    await call.resume();
    await soundWith(call, incoming);
    await incoming.hangup();
    await call.ended();
    await lamp.showed('idle', 'in-use', 'idle');
  });

  it('trunk to SCCP phone, which shows who calls', async () => {
    const station = await office.station(2);
    const lamp = await watch('3002');
    const call = far.call('3002', { fields: [['P-Asserted-Identity', '"Far Office" <sip:4007@far.example.com>']] });
    const incoming = await station.nextCall();
    expect(incoming).toMatchObject({ callingNumber: '4007', callingName: 'Far Office' });
    await call.ringing();
    await incoming.answer();
    await call.answered();
    await soundWith(incoming, call);
    await incoming.hangup();
    await call.ended();
    await lamp.showed('idle', 'in-use', 'idle');
  });

  it('over TCP as over UDP, in both directions', async () => {
    const phone = await office.sip(1);
    const registrar = office.system.sip[0];
    if (!registrar) throw new Error('no sip-edge listens');
    const tcp = await SipPhone.open({ numbers: ['4701'], registrar, host: '127.0.3.4', transport: 'tcp' });
    const { host, port } = tcp.address;
    await office.configure(
      'dial-peer voice 103 voip',
      ' destination-pattern 47..',
      ' session protocol sipv2',
      ` session target ipv4:${host}:${port}`,
      ' session transport tcp',
    );
    const call = phone.call('4701');
    const incoming = await tcp.nextCall();
    await incoming.answer();
    await call.answered();
    await call.hangup();
    await incoming.ended();
    const back = tcp.call('2101');
    const ringing = await phone.nextCall();
    await ringing.answer();
    await back.answered();
    await ringing.hangup();
    await back.ended();
    await tcp.close();
    expect(tcp.violations).toEqual([]);
  });

  it('a trunk that is silent is passed over, a caller who gives up and a busy far side leave the line idle', async () => {
    const station = await office.station(1);
    const lamp = await watch('3001');
    const call = await station.dial('4901');
    const incoming = await far.nextCall(15_000);
    await call.ringing();
    await call.hangup();
    await incoming.ended();
    await lamp.showed('idle', 'in-use', 'idle');
    const again = await station.dial('4001');
    (await far.nextCall()).reject(486);
    await again.reach('busy', ['busy']);
    await again.hangup();
    await lamp.showed('idle', 'in-use', 'idle', 'in-use', 'idle');
  });

  it("a number that is nobody's here never leaves again, and a stranger may not call [SB-98]", async () => {
    const outside = far.call('4002');
    expect(await outside.ended()).toEqual({ by: 'there', status: 404 });
    const uninvited = stranger.call('3001', { from: '2101' });
    expect(await uninvited.ended()).toEqual({ by: 'there', status: 403 });
    expect(far.calls.filter(({ direction, end }) => direction === 'in' && !end)).toEqual([]);
  });

  it.each(['SIP', 'SCCP'] as const)(
    'kill -9 of sip-edge: a call of a %s phone goes on, and ends on both sides',
    async (kind) => {
      const phone = kind === 'SIP' ? await office.sip(1) : await office.station(1);
      const lamp = await watch(kind === 'SIP' ? '2101' : '3001');
      const call = phone instanceof SipPhone ? phone.call('4001') : await phone.dial('4001');
      const incoming = await far.nextCall();
      await incoming.answer();
      await call.answered();
      await lamp.waitFor('in-use');
      const pid = office.system.pidOf('sip-edge-1');
      await office.system.kill('sip-edge-1');
      await office.system.untilServing('sip-edge-1', pid);
      await incoming.hangup();
      await call.ended(AFTER_KILL_MS);
      await lamp.waitFor('idle', AFTER_KILL_MS);
    },
  );
});
