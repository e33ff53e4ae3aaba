import { emptyConfig } from '@linewatch/config';
import { ManualClock } from '@linewatch/edge';
import { type Flow, fillReceivedAndRport, parseMessage, type SipRequest } from '@linewatch/sip';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import { shieldLimitsOf, shieldSettings, trunkHosts } from './limits';
import { Shield } from './shield';
import { z } from 'zod';

const limits = shieldLimitsOf(z.object(shieldSettings).parse({}));
const HOUR_MS = 3_600_000;

function on(host: string, port = 5060, transport: Flow['transport'] = 'udp'): Flow {
  return { transport, local: { host: '127.0.0.2', port: 5060 }, remote: { host, port } };
}

function bytesOf(method: string): Buffer {
  return Buffer.from(`${method} sip:2101@127.0.0.2 SIP/2.0\r\n`);
}

function registerOf(number: string): SipRequest {
  const text = [
    'REGISTER sip:127.0.0.2 SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.9:5060;branch=z9hG4bK1',
    `From: <sip:${number}@127.0.0.2>;tag=f`,
    `To: <sip:${number}@127.0.0.2>`,
    'Call-ID: c',
    'CSeq: 1 REGISTER',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  return fillReceivedAndRport(parseMessage(Buffer.from(text)) as SipRequest, { host: '127.0.0.9', port: 5060 });
}

function setUp(changed: Partial<typeof limits> = {}) {
  const clock = new ManualClock();
  const metrics = new Metrics();
  const lines: object[] = [];
  const log = { info: () => undefined, warn: (fields: object) => void lines.push(fields), error: () => undefined };
  const refused = metrics.counters('refused_total', 'test', 'budget');
  const shield = new Shield({
    limits: { ...limits, ...changed },
    clock,
    refused,
    boxed: metrics.counters('boxed_total', 'test', 'kind'),
    floodLog: new RateLimitedLog(log, clock),
  });
  /** So many requests now, by what became of them. */
  const ask = (flow: Flow, count: number, method = 'SUBSCRIBE') => {
    const counts: Record<string, number> = {};
    for (let n = 0; n < count; n += 1) {
      const admission = shield.admit(bytesOf(method), flow);
      const word = typeof admission === 'string' ? admission : 'pause';
      counts[word] = (counts[word] ?? 0) + 1;
    }
    return counts;
  };
  return { shield, clock, ask, refused, lines };
}

describe('the shield', () => {
  it('[B-11] lets a phone subscribe to 250 keys at once, registered a moment ago', () => {
    const { shield, clock, ask } = setUp();
    expect(ask(on('192.0.2.1'), 2, 'REGISTER')).toEqual({ take: 2 });
    shield.know({ host: '192.0.2.1', port: 5060 }, 'pool:1', clock.now() + HOUR_MS);
    expect(ask(on('192.0.2.1'), 250)).toEqual({ take: 250 });
  });

  it('[B-11] hears a looping phone for a moment only, and the phone beside it always', async () => {
    const { shield, clock, ask, lines } = setUp();
    for (const port of [5060, 5062]) shield.know({ host: '192.0.2.1', port }, `pool:${port}`, clock.now() + HOUR_MS);
    let heard = 0;
    for (let second = 0; second < 60; second += 1) {
      const before = ask(on('192.0.2.1', 5060), 60).take ?? 0;
      heard += before;
      expect(ask(on('192.0.2.1', 5062), 9)).toEqual({ take: 9 });
      await clock.pass(1_000, 1_000);
    }
    // Its burst and what came in while that lasted; nothing afterwards.
    expect(heard).toBeLessThan(370);
    expect(shield.inBox).toBe(1);
    expect(lines[0]).toMatchObject({ kind: 'phone', remote: '192.0.2.1:5060', offences: 1, seconds: 10 });
  });

  it('[B-11] hears a phone again that stopped looping', async () => {
    const { shield, clock, ask } = setUp();
    shield.know({ host: '192.0.2.1', port: 5060 }, 'pool:1', clock.now() + HOUR_MS);
    expect(ask(on('192.0.2.1'), 1_000)).toEqual({ take: 300, drop: 700 });
    await clock.pass(9_000, 9_000);
    expect(ask(on('192.0.2.1'), 1)).toEqual({ drop: 1 });
    await clock.pass(11_000, 11_000);
    expect(ask(on('192.0.2.1'), 100)).toEqual({ take: 100 });
  });

  it('lets a boxed phone end its calls', () => {
    const { shield, clock, ask } = setUp();
    shield.know({ host: '192.0.2.1', port: 5060 }, 'pool:1', clock.now() + HOUR_MS);
    ask(on('192.0.2.1'), 1_000);
    for (const method of ['BYE', 'ACK', 'CANCEL']) expect(ask(on('192.0.2.1'), 5, method)).toEqual({ take: 5 });
    expect(ask(on('192.0.2.1'), 1, 'BENOTIFY')).toEqual({ drop: 1 });
  });

  it('gives a proxy the budget of all phones behind it, and takes it back when they are gone', async () => {
    const { shield, clock, ask } = setUp();
    for (let n = 0; n < 10; n += 1) shield.know({ host: '192.0.2.1', port: 5060 }, `pool:${n}`, clock.now() + 10_000);
    expect(ask(on('192.0.2.1'), 3_001)).toEqual({ take: 3_000, drop: 1 });
    await clock.pass(40_000, 40_000);
    shield.know({ host: '192.0.2.9', port: 5060 }, 'pool:99', clock.now() + HOUR_MS);
    expect(ask(on('192.0.2.1'), 201)).toEqual({ take: 200, drop: 1 });
  });

  it('does not begin anew with a phone that registers from another port', () => {
    const { shield, clock, ask } = setUp();
    shield.know({ host: '192.0.2.1', port: 5060 }, 'pool:1', clock.now() + HOUR_MS);
    ask(on('192.0.2.1', 5060), 1_000);
    shield.know({ host: '192.0.2.1', port: 5070 }, 'pool:1', clock.now() + HOUR_MS);
    expect(ask(on('192.0.2.1', 5070), 1)).toEqual({ drop: 1 });
  });

  it('[law 8] remembers a phone that comes from ever new ports at four of them, and what it used goes along', () => {
    const { shield, clock, ask } = setUp();
    for (let port = 1_024; port < 2_024; port += 1) {
      shield.know({ host: '192.0.2.1', port }, 'pool:1', clock.now() + HOUR_MS);
      if (port < 1_324) expect(ask(on('192.0.2.1', port), 1)).toEqual({ take: 1 });
    }
    expect(shield.size).toBe(4);
    expect(ask(on('192.0.2.1', 2_023), 1)).toEqual({ drop: 1 });
  });

  it('knows a phone by its contact as well, but only at the address that it was heard from', () => {
    const { shield, clock, ask } = setUp();
    const binding = (contact: string) => ({ contact, flow: on('192.0.2.1', 49_152), expiresAt: clock.now() + HOUR_MS });
    shield.knowBindings('pool:1', [binding('sip:2101@192.0.2.1')]);
    shield.knowBindings('pool:2', [binding('sip:2102@203.0.113.5:5066')]);
    expect(ask(on('192.0.2.1', 49_152), 601)).toEqual({ take: 600, drop: 1 });
    expect(ask(on('192.0.2.1', 5060), 301)).toEqual({ take: 300, drop: 1 });
    expect(ask(on('203.0.113.5', 5066), 201)).toEqual({ take: 200, drop: 1 });
  });

  it('bounds strangers by port, by address, and all together', () => {
    const { ask, refused } = setUp({ strangers: { burst: 1_500, perSecond: 1 } });
    expect(ask(on('192.0.2.1', 1_000), 201)).toEqual({ take: 200, drop: 1 });
    for (let port = 1_001; port < 1_005; port += 1) expect(ask(on('192.0.2.1', port), 200)).toEqual({ take: 200 });
    expect(ask(on('192.0.2.1', 2_000), 10)).toEqual({ drop: 10 });
    expect(ask(on('192.0.2.2', 1_000), 200)).toEqual({ take: 200 });
    expect(ask(on('192.0.2.2', 1_001), 200)).toEqual({ take: 200 });
    expect(ask(on('192.0.2.3', 1_001), 200)).toEqual({ take: 100, drop: 100 });
    const count = (budget: string) => refused.of(budget).value;
    expect([count('stranger'), count('address'), count('strangers')]).toEqual([1, 10, 100]);
  });

  it('takes an IPv6 /64 for one address', () => {
    const { ask } = setUp();
    for (let n = 1; n <= 5; n += 1) expect(ask(on(`2001:db8::${n}`), 200)).toEqual({ take: 200 });
    expect(ask(on('2001:db8::6'), 1)).toEqual({ drop: 1 });
    expect(ask(on('2001:db8:0:1::6'), 1)).toEqual({ take: 1 });
  });

  it('tells a stream that it has to wait, and reads nothing more from one that does not', () => {
    const { ask, shield } = setUp();
    expect(ask(on('192.0.2.1', 1_000, 'tcp'), 400)).toEqual({ take: 200, refuse: 199, pause: 1 });
    expect(shield.admit(bytesOf('SUBSCRIBE'), on('192.0.2.1', 1_000, 'tcp'))).toEqual({ pauseMs: 10_000 });
  });

  it('answers a trunk that is too fast, by its budget, and forgets who is no trunk any more', () => {
    const { shield, ask } = setUp();
    const trunk = emptyConfig();
    trunk.presence.server = '192.0.2.7';
    trunk.dialPeers[1] = {
      ...{
        tag: 1,
        shutdown: false,
        preference: 0,
        sessionProtocol: 'sipv2',
        sessionTarget: 'ipv4:192.0.2.8',
        unused: [],
      },
    } as never;
    shield.trust(trunkHosts(trunk));
    for (const host of ['192.0.2.7', '192.0.2.8']) expect(ask(on(host), 5_100)).toEqual({ take: 5_000, refuse: 100 });
    shield.trust(trunkHosts(emptyConfig()));
    expect(ask(on('192.0.2.7'), 201)).toEqual({ take: 200, drop: 1 });
  });

  it('bounds what strangers from everywhere may ask for one address of record', () => {
    const { shield, refused } = setUp();
    const guess = (n: number) => shield.admitRecord(registerOf('2101'), on(`198.51.100.${n}`));
    const admitted = Array.from({ length: 100 }, (_, n) => guess(n));
    expect(admitted.filter((admission) => admission === 'take')).toHaveLength(60);
    expect(admitted[99]).toBe('refuse');
    for (let n = 0; n < 20; n += 1) guess(n);
    expect(guess(200)).toBe('drop');
    expect(shield.admitRecord(registerOf('2102'), on('198.51.100.1'))).toBe('take');
    expect(refused.of('record').value).toBeGreaterThan(0);
  });

  it('charges nobody a whole request for a retransmission', () => {
    const { shield, clock } = setUp();
    const flow = on('192.0.2.1');
    shield.know(flow.remote, 'pool:1', clock.now() + HOUR_MS);
    for (let n = 0; n < 2_900; n += 1) {
      expect(shield.admit(bytesOf('SUBSCRIBE'), flow)).toBe('take');
      shield.wasCheap(flow, 'SUBSCRIBE');
    }
  });

  it('[law 8] remembers a bounded number of senders, however many there are', () => {
    const { shield, ask } = setUp({ mostRemembered: 100 });
    for (let n = 0; n < 5_000; n += 1) {
      ask(on(`10.0.${n >> 8}.${n & 255}`), 1);
      shield.admitRecord(registerOf(String(n)), on('198.51.100.1'));
    }
    expect(shield.size).toBeLessThanOrEqual(300);
  });

  it('spreads the times at which the refused come back', () => {
    const { shield } = setUp();
    const times = new Set(Array.from({ length: 20 }, () => shield.retryAfter()));
    expect(times.size).toBe(20);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(10);
  });
});
