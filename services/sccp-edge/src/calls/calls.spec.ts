import { makeSubjects, type OutboxEntry } from '@linewatch/bus';
import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory, ManualClock, settle } from '@linewatch/edge';
import type { Binding } from '@linewatch/presence';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import type { Message, RegisteredStation, StationEvent, StationKey } from '@linewatch/sccp';
import { phoneOf } from '../stations/phone';
import { Calls } from './calls';

const office = [
  'telephony-service', ' timeouts busy 5', ' voicemail 3002', '!',
  ...[1, 2, 3].flatMap((tag) => [
    `ephone-dn ${tag}${tag === 3 ? ' dual-line' : ''}`, ` number 300${tag}`, '!', `ephone ${tag}`, ` button 1:${tag}`, '!',
  ]),
]; // prettier-ignore

/** An edge with phones 1 to 3, whose display is what was sent to them. */
function setUp(settings = {}) {
  const clock = new ManualClock();
  const { config } = applyCommands(emptyConfig(), office);
  const directory = new Directory(config);
  const edge = { id: 'sccp-edge-1', epoch: 7 };
  const facts: string[] = [];
  const dnd: string[] = [];
  const forwards: string[] = [];
  const bindingOf = (line: string) => ({ contact: line, q: 1, expiresAt: clock.now() + 1e9, edge: edge.id, epoch: 7, connectionBound: true }); // prettier-ignore
  const here = new Set<string>();
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object) => {
      throw (fields as { err?: Error }).err ?? new Error(JSON.stringify(fields));
    },
  };
  const calls = new Calls({
    edge,
    bus: { subjects: makeSubjects(), ask: () => Promise.reject(new Error('nobody else is there')) },
    outbox: {
      put: async ({ event, about }: OutboxEntry) => {
        if (event.type === 'linewatch.line.call') facts.push(`${about} ${event.data.state}`);
        return { seq: facts.length, duplicate: false };
      },
    },
    bindings: {
      of: async (line) => {
        const device = `ephone:${line.at(-1)}`;
        return here.has(device) ? { [device]: { seq: 1, bindings: [bindingOf(line) as unknown as Binding] } } : {};
      },
    },
    directory,
    lines: { all: () => [], get: () => undefined, onChange: () => () => undefined },
    monitor: { isAlive: () => true, edges: () => [] },
    wheel: clock.wheel,
    clock,
    floodLog: new RateLimitedLog(log, clock),
    metrics: new Metrics(),
    settings,
    standIn: () => undefined,
    doNotDisturb: { set: ({ device }, isOn) => void dnd.push(`${device} ${isOn}`), isOn: () => false },
    forwarding: {
      set: async ({ number }, target) => {
        forwards.push(`${number} ${target ?? 'off'}`);
        return target !== '3009';
      },
    },
  });
  calls.shared.resume();
  const phones = [1, 2, 3].map((tag) => {
    const sent: Message[] = [];
    const registered = { dialect: { version: 17, text: 'utf8' }, dynamicMessages: true } as RegisteredStation;
    const session = { registered, send: (message: Message) => void sent.push(message) };
    const ephone = config.ephones[tag];
    if (!ephone) throw new Error(`no ephone ${tag}`);
    const phone = phoneOf(config, ephone);
    calls.begin(session, phone);
    here.add(phone.device);
    const event = (event: StationEvent) => calls.event(session, event);
    return {
      sent,
      event,
      press: (key: StationKey) => event(key),
      softKey: (key: Extract<StationKey, { type: 'function' }>['key']) =>
        event({ type: 'function', key, line: 0, call: 0 }),
      /** The phone opens the channel that it was told of last. */
      listens: () => {
        const opened = sent.filter((each) => each.name === 'OpenReceiveChannel').at(-1);
        if (opened?.name !== 'OpenReceiveChannel') throw new Error('no channel was asked for');
        event({ type: 'receiving', party: opened.passThruPartyID, address: `192.0.2.${tag}`, port: 4000 + tag });
      },
      leave: () => calls.end(session, phone),
      states: () => sent.flatMap((each) => (each.name === 'CallStateMessage' ? [each.callState] : [])),
      sends: () =>
        sent.flatMap((each) =>
          each.name === 'StartMediaTransmission' ? [`${each.remoteIpAddress}:${each.remotePort}`] : [],
        ),
    };
  });
  const [one, two, three] = phones as [(typeof phones)[0], (typeof phones)[0], (typeof phones)[0]];
  const talk = async () => {
    one.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    two.softKey('answer');
    two.listens();
    await settle();
    one.listens();
    await settle();
  };
  return { clock, calls, facts, dnd, forwards, one, two, three, talk };
}

const OFF_HOOK = 1;
const ON_HOOK = 2;
const BUSY = 6;

describe('the calls of an SCCP edge', () => {
  it('connect two phones: each sends where the other listens', async () => {
    const { one, two, talk, facts, calls } = setUp();
    await talk();
    expect([one.sends(), two.sends()]).toEqual([['192.0.2.2:4002'], ['192.0.2.1:4001']]);
    two.softKey('endCall');
    await settle();
    expect(facts).toEqual([
      '3001 trying', '3002 early', '3001 early', '3002 confirmed', '3001 confirmed', '3002 terminated', '3001 terminated',
    ]); // prettier-ignore
    expect(one.states().at(-1)).toBe(ON_HOOK);
    expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('make a line in use from off-hook on, with nothing dialled [cme-presence 3.3]', async () => {
    const { one, facts, calls } = setUp();
    one.press({ type: 'offHook', line: 0, call: 0 });
    expect(facts).toEqual(['3001 trying']);
    expect(one.states()).toEqual([OFF_HOOK]);
    one.press({ type: 'onHook', line: 0, call: 0 });
    await settle();
    expect(facts).toEqual(['3001 trying', '3001 terminated']);
    expect(calls.shared.counters.legs).toBe(0);
  });

  it('keep a line in use while the phone hears busy: another leg begins before the first one ends', async () => {
    const { clock, one, two, three, talk, facts, calls } = setUp();
    await talk();
    facts.length = 0;
    three.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    expect(three.states().at(-1)).toBe(BUSY);
    const own = facts.filter((each) => each.startsWith('3003'));
    expect(own).toEqual(['3003 trying', '3003 trying', '3003 terminated']);
    await clock.pass(6_000);
    expect(facts.filter((each) => each === '3003 terminated')).toHaveLength(2);
    expect(three.states().at(-1)).toBe(ON_HOOK);
    one.softKey('endCall');
    await settle();
    expect(two.states().at(-1)).toBe(ON_HOOK);
    expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('end when nobody answers', async () => {
    const { clock, one, two, calls } = setUp({ noAnswerMs: 20_000 });
    one.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    await clock.pass(21_000);
    expect(two.states().at(-1)).toBe(ON_HOOK);
    await clock.pass(10_000);
    expect(one.states().at(-1)).toBe(ON_HOOK);
    expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('end at the other side when a phone is gone, and nothing is sent to it', async () => {
    const { one, two, talk, calls, facts } = setUp();
    await talk();
    const before = one.sent.length;
    one.leave();
    await settle();
    expect(one.sent).toHaveLength(before);
    expect(two.states().at(-1)).toBe(ON_HOOK);
    expect(facts.slice(-2).sort()).toEqual(['3001 terminated', '3002 terminated']);
    expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('more than an edge takes are refused, and the caller hears so [design law 8]', async () => {
    const { one, two, calls } = setUp({ maxCalls: 0 });
    one.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    expect(two.sent).toEqual([]);
    one.press({ type: 'onHook', line: 0, call: 0 });
    await settle();
    expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('a phone that is offered a call when it has left refuses it', async () => {
    const { one, two, calls } = setUp();
    two.leave();
    one.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    one.press({ type: 'onHook', line: 0, call: 0 });
    await settle();
    expect(two.sent).toEqual([]);
    expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('a consultation that is answered is joined: both others talk, and the phone that asked is out', async () => {
    const { one, two, three, calls, facts } = setUp();
    three.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    two.softKey('answer');
    two.listens();
    await settle();
    three.listens();
    await settle();
    three.softKey('transfer');
    three.press({ type: 'enbloc', number: '3001', line: 0 });
    await settle();
    one.softKey('answer');
    one.listens();
    await settle();
    three.listens();
    await settle();
    facts.length = 0;
    three.softKey('transfer');
    await settle();
    one.listens();
    await settle();
    two.listens();
    await settle();
    expect([one.sends().at(-1), two.sends().at(-1)]).toEqual(['192.0.2.2:4002', '192.0.2.1:4001']);
    expect(three.states().slice(-2)).toEqual([ON_HOOK, ON_HOOK]);
    expect(facts.filter((each) => each.endsWith('terminated'))).toEqual(['3003 terminated', '3003 terminated']);
    expect(calls.shared.counters).toEqual({ calls: 1, legs: 2 });
    two.softKey('endCall');
    await settle();
    expect(one.states().at(-1)).toBe(ON_HOOK);
    expect(calls.shared.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('voice mail is a number, and keys that do nothing yet say so', async () => {
    const { one, two } = setUp();
    one.press({ type: 'voiceMail' });
    await settle();
    expect(two.states()).toEqual([4]);
    two.softKey('park');
    expect(two.sent.at(-1)).toMatchObject({ name: 'DisplayDynamicNotifyMessage', notify: 'Key is not active' });
  });

  it('forwarding of all calls is told with the number of the line, and the phone hears when it is not stored', async () => {
    const { one, facts, forwards } = setUp();
    one.softKey('forwardAll');
    expect(facts).toEqual(['3001 trying']);
    one.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    expect(forwards).toEqual(['3001 3002']);
    expect(facts).toEqual(['3001 trying', '3001 terminated']);
    expect(one.sent.some(({ name }) => name === 'DisplayDynamicNotifyMessage')).toBe(false);
    one.softKey('forwardAll');
    one.press({ type: 'enbloc', number: '3009', line: 1 });
    await settle();
    expect(one.sent.at(-1)).toMatchObject({ name: 'DisplayDynamicNotifyMessage', notify: 'Forwarding not changed' });
  });

  it('do-not-disturb is told when it is turned on and off, and for one call only until that ends [AG-dnd]', async () => {
    const { one, two, dnd } = setUp();
    one.softKey('doNotDisturb');
    one.softKey('doNotDisturb');
    expect(dnd.splice(0)).toEqual(['ephone:1 true', 'ephone:1 false']);
    one.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    two.softKey('doNotDisturb');
    expect(dnd.splice(0)).toEqual(['ephone:2 true']);
    one.softKey('endCall');
    await settle();
    expect(dnd).toEqual(['ephone:2 false']);
  });

  it('do-not-disturb for one call ends also when the phone is gone', async () => {
    const { one, two, dnd } = setUp();
    one.press({ type: 'enbloc', number: '3002', line: 1 });
    await settle();
    two.softKey('doNotDisturb');
    two.leave();
    await settle();
    expect(dnd).toEqual(['ephone:2 true', 'ephone:2 false']);
  });
});
