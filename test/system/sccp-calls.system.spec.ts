import { type SccpCall, SccpOffice, type SccpStation, type SipCall, type SipPhone } from '@linewatch/kit';

/** Calls of SCCP phones with each other and with SIP phones: what both sides are told of their media, and what watchers see. */

/** Address and port that a session description names. */
function rtpOf(sdp: string | undefined): { address: string; port: number } {
  return {
    address: /^c=IN IP4 (\S+)/m.exec(sdp ?? '')?.[1] ?? '',
    port: Number(/^m=audio (\d+)/m.exec(sdp ?? '')?.[1]),
  };
}

const place = ({ address, port }: { address: string; port: number }) => ({ address, port });
const codecsOf = (sdp: string | undefined) => /^m=audio \d+ RTP\/AVP (.*)$/m.exec(sdp ?? '')?.[1]?.trim();

describe('calls of SCCP phones', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open()));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  /** Both hear each other where they said, once all has been said. */
  async function expectSound(one: SccpCall, other: SccpCall): Promise<void> {
    const isTold = (call: SccpCall) =>
      call.phone.until('where to send', () => (call.receiving && call.sendingTo ? true : undefined));
    const sendsTo = (call: SccpCall, peer: SccpCall) =>
      call.phone.until('sound', () => (call.sendingTo?.port === peer.receiving?.port ? true : undefined));
    await isTold(one);
    await isTold(other);
    await sendsTo(one, other);
    await sendsTo(other, one);
    expect(place(one.sendingTo ?? { address: '', port: 0 })).toEqual(
      place(other.receiving ?? { address: '-', port: 0 }),
    );
    expect(place(other.sendingTo ?? { address: '', port: 0 })).toEqual(
      place(one.receiving ?? { address: '-', port: 0 }),
    );
    expect(one.receiving?.codec).toBe(other.receiving?.codec);
  }

  /** The same with a SIP phone, once all has been said. */
  async function soundWithSip(call: SccpCall, sip: SipCall): Promise<void> {
    const isAgreed = () =>
      call.sendingTo?.port === rtpOf(sip.localSdp).port && rtpOf(sip.remoteSdp).port === call.receiving?.port;
    await call.phone.until('sound with a SIP phone', () => isAgreed() || undefined);
    expect(place(call.sendingTo ?? { address: '', port: 0 })).toEqual(rtpOf(sip.localSdp));
    expect(rtpOf(sip.remoteSdp)).toEqual(place(call.receiving ?? { address: '-', port: 0 }));
  }

  async function talk(caller: SccpStation, called: SccpStation, number: string): Promise<[SccpCall, SccpCall]> {
    const call = await caller.dial(number);
    const incoming = await called.nextCall();
    await call.ringing();
    await incoming.answer();
    await call.answered();
    return [call, incoming];
  }

  it.each([
    [11, 17],
    [17, 11],
    [5, 22],
  ])('SCCP to SCCP, versions %d and %d: rings, talks, ends; the line is in use once', async (from, to) => {
    const caller = await office.station(1, { version: from });
    const called = await office.station(2, { version: to });
    const watcher = await office.sip(1);
    const lamp = await watcher.subscribe('3001');
    await lamp.waitFor('idle');
    await caller.shows(1, 'idle');
    const [call, incoming] = await talk(caller, called, '3002');
    expect(incoming).toMatchObject({ callingNumber: '3001', callingName: 'Phone 3001' });
    expect(call).toMatchObject({ calledNumber: '3002', calledName: 'Phone 3002' });
    await expectSound(call, incoming);
    await lamp.waitFor('in-use');
    // A call that is over before its line is told anew shows nothing of itself.
    await caller.shows(1, 'in-use');
    await incoming.hangup();
    await call.ended();
    await lamp.showed('idle', 'in-use', 'idle');
    await caller.showed(1, 'idle', 'in-use', 'idle');
  });

  it('SCCP to SIP: the answer names the address of the station', async () => {
    const caller = await office.station(1);
    const sip = await office.sip(1);
    await caller.shows(2, 'idle');
    const call = await caller.dial('2101');
    const incoming = await sip.nextCall();
    await caller.shows(2, 'in-use');
    await call.ringing();
    await incoming.answer();
    await call.answered();
    await sip.until('the answer to its offer', () => incoming.remoteSdp);
    await soundWithSip(call, incoming);
    await call.hangup();
    await incoming.ended();
    await caller.showed(2, 'idle', 'in-use', 'idle');
  });

  it('SIP to SCCP: the offer and the answer name both addresses, and the codec is in both lists', async () => {
    const called = await office.station(2, { codecs: [2, 12, 257] });
    const sip = await office.sip(1);
    const watcher = await office.station(1);
    await watcher.shows(1, 'idle');
    const call = sip.call('3002');
    const incoming = await called.nextCall();
    await call.ringing();
    await watcher.shows(1, 'in-use');
    expect(incoming.callingNumber).toBe('2101');
    await incoming.answerByHandset();
    await call.answered();
    await soundWithSip(incoming, call);
    // The station has no µ-law: A-law (8), and RTP events.
    expect(codecsOf(call.remoteSdp)).toBe('8 101');
    expect(incoming.receiving?.codec).toBe(2);
    await call.hangup();
    await incoming.ended();
    await watcher.showed(1, 'idle', 'in-use', 'idle');
  });

  it('hold and resume between stations and with a SIP phone; watchers see nothing of it', async () => {
    const [one, two, sip] = [await office.station(1), await office.station(2), await office.sip(1)];
    await one.shows(1, 'idle');
    const [call, incoming] = await talk(one, two, '3002');
    await incoming.hold();
    await one.until('silence at the other side', () => call.sendingTo === undefined || undefined);
    await incoming.resume();
    await call.answered();
    await expectSound(call, incoming);
    await call.hangup();
    await incoming.ended();
    const withSip = await one.dial('2101');
    const atSip = await sip.nextCall();
    await atSip.answer();
    await withSip.answered();
    await withSip.hold();
    await sip.until('hold', () => atSip.isHeldThere || undefined);
    await withSip.resume();
    await sip.until('resumption', () => !atSip.isHeldThere || undefined);
    await soundWithSip(withSip, atSip);
    expect((await atSip.hold()).status).toBe(200);
    await one.until('silence at the station', () => withSip.sendingTo === undefined || undefined);
    expect((await atSip.resume()).status).toBe(200);
    await withSip.answered();
    await soundWithSip(withSip, atSip);
    await atSip.hangup();
    await withSip.ended();
    await one.showed(1, 'idle', 'in-use', 'idle');
  });

  it('a busy single line refuses; a dual line lets a second call wait, and both are taken in turn', async () => {
    const [one, two, three] = [await office.station(1), await office.station(2), await office.station(3)];
    const [call, incoming] = await talk(one, two, '3002');
    const busy = await three.dial('3002');
    await busy.reach('busy', ['busy']);
    expect(busy.tone).toBe('busy');
    await busy.hangup();
    const second = await three.dial('3001');
    const waiting = await one.nextCall();
    await second.ringing();
    expect(one.isRinging).toBe(false);
    await waiting.answer();
    await second.answered();
    await call.reach('held', ['held']);
    await expectSound(waiting, second);
    await second.hangup();
    await waiting.ended();
    await call.resume();
    await expectSound(call, incoming);
    await call.hangup();
    await incoming.ended();
  });

  it('a caller who gives up stops the ringing; a number of nobody is said to be invalid', async () => {
    const [one, two] = [await office.station(1), await office.station(2)];
    const call = await one.dial('3002');
    const incoming = await two.nextCall();
    await call.ringing();
    one.onHook();
    await call.ended();
    await incoming.ended();
    expect(two.isRinging).toBe(false);
    const wrong = await one.dial('47');
    await wrong.reach('invalid', ['invalid']);
    expect(wrong.tone).toBe('reorder');
    await wrong.hangup();
    // Configured, but its phone is not here.
    const away = await one.dial('3004');
    await away.reach('not available', ['congestion', 'invalid', 'busy']);
    await away.hangup();
  });

  it('a line is in use from off-hook on, also with nothing dialled and while a busy tone sounds', async () => {
    const [one, two, three] = [await office.station(1), await office.station(2), await office.station(3)];
    const [call, incoming] = await talk(three, one, '3001');
    await two.shows(2, 'in-use');
    await call.hangup();
    await incoming.ended();
    await two.shows(2, 'idle');
    one.offHook();
    await two.shows(2, 'in-use');
    one.digits('3009');
    const failed = await one.until('a failed call', () => one.calls.find(({ state }) => state === 'invalid'));
    expect(two.key(2).lamp).toBe('in-use');
    one.onHook();
    await failed.ended();
    await two.showed(2, 'idle', 'in-use', 'idle', 'in-use', 'idle');
  });

  it.each<[string, (phone: SccpStation) => Promise<SccpCall>]>([
    ['a BLF key', (phone) => phone.pressBlf(2)],
    ['enbloc dialling', (phone) => phone.enbloc('3001')],
  ])('%s dials', async (_what, dial) => {
    const [one, two] = [await office.station(1), await office.station(2)];
    const call = await dial(two);
    const incoming = await one.nextCall();
    await incoming.answer();
    await call.answered();
    await expectSound(call, incoming);
    await call.hangup();
    await incoming.ended();
    const again = await two.redial();
    expect((await one.nextCall()).callingNumber).toBe('3002');
    await again.hangup();
  });

  it('a speed dial dials', async () => {
    const [two, sip] = [await office.station(2), await office.sip(1)];
    const call = await two.nextNew(() => two.pressButton(2));
    const incoming = await sip.nextCall();
    await incoming.answer();
    await call.answered();
    await incoming.hangup();
    await call.ended();
  });

  it.each(['SCCP', 'SIP'])('blind transfer of a call from a %s phone: both others talk', async (kind) => {
    const [one, two] = [await office.station(1), await office.station(2)];
    const sip = await office.sip(1);
    const three = await office.station(3);
    const from: SipPhone | SccpStation = kind === 'SIP' ? sip : two;
    const call = from === sip ? sip.call('3001') : await two.dial('3001');
    const incoming = await one.nextCall();
    await incoming.answer();
    await call.answered();
    const consultation = await incoming.consult('3003');
    const target = await three.nextCall();
    await consultation.ringing();
    consultation.completeTransfer();
    await target.ended();
    const transferred = await three.nextCall();
    await transferred.answer();
    await incoming.ended();
    const mine = transferred.receiving ?? { address: '-', port: 0 };
    await three.until('the transferred one hears where', () => {
      const port = kind === 'SCCP' ? (call as SccpCall).sendingTo?.port : rtpOf((call as SipCall).remoteSdp).port;
      return port === mine.port || undefined;
    });
    await transferred.hangup();
    await call.ended();
  });
});
