import { SccpOffice } from '@linewatch/kit';

/** A phone takes the call that rings at another, by the soft key PickUp. */
describe('call pickup', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open({ instances: { 'sccp-edge': 2 } })));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  it.each([
    ['a SIP phone, from a SCCP phone', '2101', 3],
    ['a SCCP phone at another edge, from a SIP phone', '3002', 2],
  ])('a call that rings at %s: it stops ringing, and its line is idle', async (_where, number, caller) => {
    const [one, two] = [await office.station(1, { edge: 0 }), await office.station(2, { edge: 1 })];
    const three = await office.station(3, { edge: 1 });
    const [ada, ben] = [await office.sip(1), await office.sip(2)];
    const instance = number === '2101' ? 2 : 1;
    await one.shows(instance, 'idle');
    const call = caller === 3 ? await three.dial(number) : ben.call(number);
    const ringing = await (number === '2101' ? ada : two).nextCall();
    await one.shows(instance, 'in-use');
    const asking = await one.nextNew(() => one.softKey('PickUp'));
    one.digits(number, asking);
    const taken = await one.nextCall();
    await taken.answered();
    await call.answered();
    await ringing.ended();
    await one.showed(instance, 'in-use', 'idle');
    await taken.hangup();
    await call.ended();
  });

  it('where nothing rings says so', async () => {
    const one = await office.station(1);
    const asking = await one.nextNew(() => one.softKey('PickUp'));
    one.digits('3002', asking);
    await one.until('the notice', () => one.notice === 'No call to pick up' || undefined);
    expect(one.calls.every(({ state }) => state === 'ended')).toBe(true);
  });
});
