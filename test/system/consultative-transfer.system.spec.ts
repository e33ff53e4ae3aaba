import { audioSdp, replacing, type SccpCall, SccpOffice, SipCall, SipPhone, type SccpStation } from '@linewatch/kit';

/**
 * One phone talks to a second, holds it, calls a third, and connects both. The calls are controlled at the edges of their
 * callers, the phones are at two edges of each kind, and whoever watches sees who is in use.
 */
describe('consultative transfer among SIP and SCCP phones', () => {
  let office: SccpOffice;
  beforeAll(async () => {
    office = await SccpOffice.open({ presence: [' presence call-list'], instances: { 'sip-edge': 2, 'sccp-edge': 2 } });
  });
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  type Phone = SipPhone | SccpStation;
  type Call = SipCall | SccpCall;
  let nextPort = 30_000;
  /** Each SIP phone listens at a port of its own, so that it shows who hears whom. */
  const sdp = () => audioSdp('127.0.0.1', (nextPort += 2));

  const phoneOf = (number: string, edge: number): Promise<Phone> =>
    number.startsWith('2')
      ? office.sip(Number(number.at(-1)), { edge })
      : office.station(Number(number.at(-1)), { edge });
  const dial = async (phone: Phone, number: string): Promise<Call> =>
    phone instanceof SipPhone ? phone.call(number, { sdp: sdp() }) : phone.dial(number);
  const answer = (call: Call): Promise<Call> => (call instanceof SipCall ? call.answer({ sdp: sdp() }) : call.answer());

  const portOf = (text: string | undefined) => Number(/^m=audio (\d+)/m.exec(text ?? '')?.[1]);
  const listensAt = (call: Call) => (call instanceof SipCall ? portOf(call.localSdp) : call.receiving?.port);
  const sendsTo = (call: Call) => (call instanceof SipCall ? portOf(call.remoteSdp) : call.sendingTo?.port);

  async function hear(a: Call, b: Call): Promise<void> {
    for (const [from, to] of [[a, b], [b, a]] as const) {
      await from.phone.until('sound to where the other listens', () => sendsTo(from) === listensAt(to) || undefined);
    } // prettier-ignore
  }

  /** Has a phone that talks in `held` connect its peer with a number that it calls. @returns its call to that, answered */
  async function consult(
    phone: Phone,
    held: Call,
    number: string,
    target: Phone,
  ): Promise<{ own: Call; theirs: Call }> {
    if (held instanceof SipCall) expect((await held.hold()).status).toBe(200);
    const own = held instanceof SipCall ? await dial(phone, number) : await held.consult(number);
    const theirs = await target.nextCall();
    await answer(theirs);
    await own.answered();
    return { own, theirs };
  }

  it.each([
    { transfers: '3001', transferred: '2101', target: '2102' },
    { transfers: '3001', transferred: '2101', target: '3003' },
    { transfers: '3001', transferred: '3003', target: '2101' },
    { transfers: '3001', transferred: '3002', target: '3003' },
    { transfers: '2101', transferred: '2102', target: '3001' },
    { transfers: '2101', transferred: '3001', target: '2102' },
    { transfers: '2101', transferred: '3002', target: '3003' },
  ])('$transfers connects $transferred, who called it, with $target', async ({ transfers, transferred, target }) => {
    const [one, two, three] = [await phoneOf(transfers, 0), await phoneOf(transferred, 1), await phoneOf(target, 0)];
    const watcher = await office.station(4, { edge: 1 });
    const lamps = [transfers, transferred, target].map((number) => watcher.showInCallList(number));
    for (const lamp of lamps) await lamp.shows('idle');

    const theirs = await dial(two, transfers);
    const incoming = await one.nextCall();
    await answer(incoming);
    await theirs.answered();
    const consultation = await consult(one, incoming, target, three);
    for (const lamp of lamps) await lamp.shows('in-use');

    if (incoming instanceof SipCall) await incoming.refer(replacing(consultation.own as SipCall));
    else (consultation.own as SccpCall).completeTransfer();
    await incoming.ended();
    await consultation.own.ended();
    await hear(theirs, consultation.theirs);
    await lamps[0]?.shows('idle');
    expect(lamps.slice(1).map(({ lamp }) => lamp)).toEqual(['in-use', 'in-use']);

    await consultation.theirs.hangup();
    await theirs.ended();
    for (const lamp of lamps) await lamp.shows('idle');
    expect(lamps.map(({ lamps: seen }) => seen.slice(-3))).toEqual(lamps.map(() => ['idle', 'in-use', 'idle']));
  });
});
