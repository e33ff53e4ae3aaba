import { SccpOffice, type SccpStation, SipPhone } from '@linewatch/kit';

/** Calls that go elsewhere, by the configuration and by the phone's own key, between phones of both kinds. */
describe('call forwarding', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open({ instances: { 'sccp-edge': 2 } })));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  const ephoneDn = (tag: number, ...lines: string[]) => office.configure(`ephone-dn ${tag}`, ...lines);
  const sipDn = (tag: number, ...lines: string[]) => office.configure(`voice register dn ${tag}`, ...lines);

  /** A phone calls a number, another one answers: both hear each other, and hang up. */
  async function reaches(
    caller: SipPhone | SccpStation,
    number: string,
    called: SipPhone | SccpStation,
  ): Promise<void> {
    const call = 'dial' in caller ? await caller.dial(number) : caller.call(number);
    const incoming = await called.nextCall();
    await incoming.answer();
    await call.answered();
    await incoming.hangup();
    await call.ended();
  }

  it('all calls: by the soft key, as a change of the configuration that outlives the phone, until the key is pressed again', async () => {
    const [boss, caller, secretary] = [
      await office.station(2),
      await office.sip(1),
      await office.station(3, { edge: 1 }),
    ];
    const watcher = await office.station(1);
    await watcher.shows(1, 'idle');
    const asking = await boss.nextNew(() => boss.softKey('CFwdALL'));
    await watcher.shows(1, 'in-use');
    boss.digits('3003', asking);
    await boss.until('all calls forwarded', () => boss.forwards.get(1) === '3003' || undefined);
    // Where its calls go is nothing that its lamp shows [cme-presence 3.3 rule 8].
    await watcher.showed(1, 'in-use', 'idle');
    await reaches(caller, '3002', secretary);
    expect((await office.system.console(['show', 'running-config'])).stdout).toMatch(
      / number 3002\n(?: .*\n)* call-forward all 3003\n/,
    );
    await boss.unregister();
    const again = await office.station(2, { edge: 1 });
    expect(again.forwards.get(1)).toBe('3003');
    await reaches(watcher, '3002', secretary);
    again.softKey('CFwdALL');
    await again.until('calls ring here again', () => again.forwards.get(1) === '' || undefined);
    await reaches(caller, '3002', again);
  });

  it.each([
    ['SIP', 'SCCP'],
    ['SCCP', 'SIP'],
    ['SCCP', 'SCCP'],
  ])('busy and no answer of a %s phone, towards a %s phone', async (from, to) => {
    const caller = await office.sip(2);
    const [called, number] = from === 'SIP' ? [await office.sip(1), '2101'] : [await office.station(2), '3002'];
    const [target, there] = to === 'SIP' ? [await office.sip(1), '2101'] : [await office.station(3), '3003'];
    const dn = (...lines: string[]) => (from === 'SIP' ? sipDn(1, ...lines) : ephoneDn(2, ...lines));
    const words = from === 'SIP' ? 'call-forward b2bua' : 'call-forward';
    await dn(` ${words} busy ${there}`, ` ${words} noan ${there} timeout 3`);

    const unanswered = caller.call(number);
    const ringing = await called.nextCall();
    const sentOn = await target.nextCall(10_000);
    expect(unanswered.responses.some(({ status }) => status === 181)).toBe(true);
    await ringing.ended();
    await sentOn.answer();
    await unanswered.answered();
    await sentOn.hangup();
    await unanswered.ended();

    // A single-line SCCP phone off hook is busy; a SIP phone says so itself.
    if (!(called instanceof SipPhone)) called.offHook();
    const busy = caller.call(number);
    if (called instanceof SipPhone) (await called.nextCall()).reject(486);
    const instead = await target.nextCall();
    await instead.answer();
    await busy.answered();
    await instead.hangup();
    await busy.ended();
    if (!(called instanceof SipPhone)) called.onHook();
    await dn(` no ${words} busy`, ` no ${words} noan`);
  });

  it('no phone registered: the call goes on at once', async () => {
    const [caller, target] = [await office.sip(1), await office.station(3)];
    await ephoneDn(2, ' call-forward noan 3003 timeout 60');
    await reaches(caller, '3002', target);
    await ephoneDn(2, ' no call-forward noan');
  });

  it('in a circle: the caller hears that it leads nowhere', async () => {
    const caller = await office.sip(1);
    await ephoneDn(2, ' call-forward all 3003');
    await ephoneDn(3, ' call-forward all 3002');
    expect((await caller.call('3002').ended()).status).toBe(482);
    await ephoneDn(2, ' no call-forward all');
    await ephoneDn(3, ' no call-forward all');
  });
});
