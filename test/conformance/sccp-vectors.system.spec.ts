import { dndOf, SccpOffice, SipRefusedError } from '@linewatch/kit';

/** The vectors of the behaviour contract, SCCP side, against a whole system [cme-presence 9]. */

describe('the presence service of an office with SCCP phones', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open({ presence: [' max-subscription 200'] })));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  it('T-4: a line that rings, is answered and hangs up is in use once, from the ringing, and idle once', async () => {
    const [watcher, called, caller] = [await office.station(1), await office.station(2), await office.station(3)];
    await watcher.shows(1, 'idle');
    const call = await caller.dial('3002');
    const incoming = await called.nextCall();
    await watcher.shows(1, 'in-use');
    expect(incoming.state).toBe('ring-in');
    await incoming.answer();
    await call.answered();
    await call.hangup();
    await incoming.ended();
    await watcher.showed(1, 'idle', 'in-use', 'idle');
    expect(watcher.repeatedLamps).toBe(0);
  });

  it('T-5: a dual-line number with one channel busy and one free is in use', async () => {
    const [watcher, dual, other] = [await office.station(2), await office.station(1), await office.station(3)];
    await watcher.shows(2, 'idle');
    const call = await other.dial('3001');
    const incoming = await dual.nextCall();
    await incoming.answer();
    await call.answered();
    await watcher.shows(2, 'in-use');
    await call.hangup();
    await watcher.shows(2, 'idle');
  });

  it('T-6: an octo-line number shared by two phones is in use for all watchers when one channel is busy', async () => {
    const [first, second, far] = [await office.station(3), await office.station(4), await office.station(2)];
    const watchers = [await office.sip(1), await office.sip(2)];
    const lamps = await Promise.all(watchers.map((watcher) => watcher.subscribe('3003')));
    for (const lamp of lamps) await lamp.waitFor('idle');
    // The second phone has the number on its second button.
    const call = await second.dial('3002', 2);
    const incoming = await far.nextCall();
    expect(incoming.callingNumber).toBe('3003');
    for (const lamp of lamps) await lamp.waitFor('in-use');
    // The other phone shows that the line is in use elsewhere, and may make a call of its own [cme-presence 3.3].
    const shown = await first.until('use elsewhere', () => first.calls.find(({ state }) => state === 'elsewhere'));
    expect(first.calls).toEqual([shown]);
    expect(first.lineLamps.get(1)).toBe(2);
    await call.hangup();
    await shown.ended();
    for (const lamp of lamps) await lamp.waitFor('idle');
  });

  it('T-7: of two entries with one number only the second is busy: the number is in use', async () => {
    const [watcher, first, second] = [await office.station(1), await office.station(6), await office.station(7)];
    await watcher.shows(5, 'idle');
    second.offHook();
    await watcher.shows(5, 'in-use');
    expect(first.calls).toEqual([]);
    second.onHook();
    await watcher.shows(5, 'idle');
  });

  it('T-8: a number without `allow watch` is unknown; `allow watch` added shows its state', async () => {
    const [watcher, hidden] = [await office.station(1), await office.station(5)];
    await watcher.shows(3, 'unknown');
    await office.configure('ephone-dn 5', ' allow watch');
    await watcher.shows(3, 'idle');
    hidden.offHook();
    await watcher.shows(3, 'in-use');
    hidden.onHook();
    await watcher.shows(3, 'idle');
    await office.configure('ephone-dn 5', ' no allow watch');
    await watcher.shows(3, 'unknown');
  });

  it('T-9: a watched phone that unregisters is unknown, and idle when it registers', async () => {
    const [watcher, watched] = [await office.station(1), await office.station(2)];
    await watcher.shows(1, 'idle');
    expect(await watched.unregister()).toBe(0);
    await watcher.shows(1, 'unknown');
    await watched.reconnect();
    await watched.register();
    await watcher.shows(1, 'idle');
  });

  it('T-11: do-not-disturb of a number on one phone shows on the idle line and in a call', async () => {
    const [watcher, quiet] = [await office.station(1), await office.station(2)];
    const sip = await office.sip(1);
    const lamp = await sip.subscribe('3002');
    await watcher.shows(1, 'idle');
    quiet.pressDoNotDisturb();
    await watcher.shows(1, 'dnd');
    await lamp.waitFor('idle');
    await sip.until('DND in a document', () => dndOf(lamp.notifications.at(-1)?.body ?? '') || undefined);
    quiet.offHook();
    await lamp.waitFor('in-use');
    expect(watcher.key(1).lamp).toBe('dnd');
    quiet.onHook();
    await lamp.waitFor('idle');
    quiet.pressDoNotDisturb();
    await watcher.shows(1, 'idle');
    quiet.offHook();
    await watcher.shows(1, 'in-use');
    quiet.onHook();
    await watcher.shows(1, 'idle');
  });

  it('T-12: of a number on button 1 of two phones do-not-disturb shows only when both are in it', async () => {
    const [one, two, sip] = [await office.station(8), await office.station(9), await office.sip(1)];
    const lamp = await sip.subscribe('3008');
    await lamp.waitFor('idle');
    one.pressDoNotDisturb();
    await one.until('the notice', () => one.notice !== '' || undefined);
    await lamp.refresh();
    expect(lamp.notifications.some(({ body }) => dndOf(body))).toBe(false);
    two.pressDoNotDisturb();
    await sip.until('DND in a document', () => dndOf(lamp.notifications.at(-1)?.body ?? '') || undefined);
    one.pressDoNotDisturb();
    await sip.until('no DND in a document', () => !dndOf(lamp.notifications.at(-1)?.body ?? '') || undefined);
    two.pressDoNotDisturb();
    await two.until('no notice', () => two.notice === '' || undefined);
  });

  it('T-16: with `presence call-list` on phone 1 alone only its call list shows a status; with the global one all do', async () => {
    const [one, two] = [await office.station(1), await office.station(2)];
    await office.configure('ephone 1', ' presence call-list');
    const shown = one.showInCallList('3002');
    expect(await shown.answered()).toBe(0);
    await shown.shows('idle');
    const refused = two.showInCallList('3001');
    expect(await refused.answered()).toBe(2);
    expect(refused.lamps).toEqual([]);
    await office.configure('presence', ' presence call-list');
    const allowed = two.showInCallList('3001');
    expect(await allowed.answered()).toBe(0);
    await allowed.shows('idle');
    one.offHook();
    await allowed.shows('in-use');
    one.onHook();
    await allowed.shows('idle');
    await office.configure('presence', ' no presence call-list', 'ephone 1', ' no presence call-list');
  });

  it('T-21: at the limit the next entry is refused; one ends, and the next is accepted', async () => {
    await office.configure('presence', ' presence call-list', ' max-subscription 100');
    const phone = await office.station(3);
    const entries = Array.from({ length: 100 }, () => phone.showInCallList('3003'));
    for (const entry of entries) expect(await entry.answered()).toBe(0);
    expect(await phone.showInCallList('3003').answered()).toBe(6);
    // The same transaction with timer 0 ends it [sccp-wire 2.3].
    const [first] = entries;
    expect(await phone.showInCallList('3003', { transaction: first?.transaction, timer: 0 }).answered()).toBe(0);
    const causes = async () => phone.showInCallList('3003').answered();
    expect(await causes()).toBe(0);
    expect(await causes()).toBe(6);
    await office.configure('presence', ' no presence call-list', ' max-subscription 200');
  });

  it('T-25: without `presence enable` a SIP watcher is refused; an SCCP key still shows a SIP line', async () => {
    await office.configure('sip-ua', ' no presence enable');
    const [sip, watcher] = [await office.sip(1), await office.station(1)];
    await expect(sip.subscribe('3001')).rejects.toBeInstanceOf(SipRefusedError);
    await watcher.shows(2, 'idle');
    await office.configure('sip-ua', ' presence enable');
  });

  it('`no presence` shows every key unknown, and `presence` shows them as they are again', async () => {
    const watcher = await office.station(1);
    await office.station(2);
    await watcher.shows(1, 'idle');
    await office.configure('no presence');
    await watcher.shows(1, 'unknown');
    await office.configure('presence', ' max-subscription 200');
    await watcher.shows(1, 'idle');
  });
});
