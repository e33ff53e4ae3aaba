import { lineDirectory, applyCommands, deviceDirectory, emptyConfig } from '@linewatch/config';
import {
  dueLeases,
  emptyLine,
  evolveLine,
  type HeldSubscription,
  type LegFact,
  type LineFact,
  type LineFold,
  type Subscription,
} from '@linewatch/presence';
import { presenceRules } from '@linewatch/runtime';
import { linePast, type KeptFact } from '../lines/line-past';
import { explain } from './explain';
import type { EndedSubscription, ExplainFacts, KnownSubscription, WatcherPhone } from './facts';
import { causes } from './link';

const NOW = Date.UTC(2026, 10, 28, 6);
const MINUTE = 60_000;

const OFFICE = [
  'voice register global', ' mode cme', ' max-dn 20', ' max-pool 20',
  'voice register dn 1', ' number 2101', ' allow watch', 'voice register dn 2', ' number 2102', ' allow watch',
  'voice register pool 1', ' id mac 0200.0000.0001', ' number 1 dn 1', 'voice register pool 2', ' number 1 dn 2',
  'presence', 'sip-ua', ' presence enable',
]; // prettier-ignore

// The line

const configured: LineFact = {
  type: 'linewatch.line.config',
  data: {
    instances: [
      { id: 'voice-register-dn:2', kind: 'phone', watchable: true, devices: [{ name: 'pool:2', kind: 'sip', primary: true }] },
    ],
  },
}; // prettier-ignore

function registered(more: { connectionBound?: boolean; expiresAt?: number; cause?: 'unregistered' } = {}): LineFact {
  const { connectionBound = false, expiresAt = NOW + 30 * MINUTE, cause } = more;
  const flow = { transport: 'udp' as const, local: { host: '127.0.0.2', port: 5060 }, remote: { host: '127.0.0.22', port: 5060 } }; // prettier-ignore
  const binding = { contact: 'sip:2102@127.0.0.22', params: '', q: 1, expiresAt, callId: 'r', cseq: 1, flow, path: [], edge: 'sip-edge-2', epoch: 6, connectionBound }; // prettier-ignore
  return {
    type: 'linewatch.line.registration',
    data: { device: 'pool:2', cause: cause ?? 'registered', bindings: cause ? [] : [binding] },
  };
}

function call(state: LegFact['state'], leaseUntil = NOW + 5 * MINUTE): LineFact {
  return {
    type: 'linewatch.line.call',
    data: {
      leg: 'sip-edge-2.6.7', call: 'c', device: 'pool:2', instance: 'voice-register-dn:2', state, direction: 'recipient',
      held: false, peer: { number: '2103' }, edge: 'sip-edge-2', epoch: 6, seq: 1, leaseUntil,
    },
  }; // prettier-ignore
}

const edgeLost: LineFact = {
  type: 'linewatch.line.lease',
  data: { kind: 'edge-lost', edge: 'sip-edge-2', epoch: 6, upTo: 99 },
};

/** What presence-state adds when leases end. */
function lapsed(facts: readonly LineFact[]): LineFact[] {
  const fold = facts.reduce<LineFold>((line, fact, at) => evolveLine(line, { ...fact, seq: at + 1, time: at }), emptyLine('2102')); // prettier-ignore
  return [...facts, ...dueLeases(fold, NOW).map((data): LineFact => ({ type: 'linewatch.line.lease', data }))];
}

const IDLE: readonly LineFact[] = [configured, registered()];

// The watcher and its subscription

const PHONE: WatcherPhone = {
  device: 'pool:1',
  kind: 'sip',
  name: 'SEP020000000001',
  key: { kind: 'shown', tag: 1 },
  registered: { edge: 'sip-edge-1', at: 'udp 127.0.0.21:5060', expiresAt: NOW + 20 * MINUTE },
};
const STATION: WatcherPhone = { ...PHONE, device: 'ephone:1', kind: 'sccp' };

const RECORD: Subscription = {
  id: 's1', line: '2102', package: 'presence', contentType: 'application/pidf+xml',
  watcher: { number: '2101', host: '127.0.0.21', kind: 'local', device: 'pool:1', phoneType: 'SIP Phone', dialPeerTag: 40_001 },
  presentity: { number: '2102', host: '127.0.0.2', kind: 'local' },
  deviceBased: false, granted: 3600, expiresAt: NOW + 40 * MINUTE, acceptedAt: NOW - 20 * MINUTE, owner: 'sip-edge-1',
  ceiling: 65_536, protocol: {},
}; // prettier-ignore

const HELD: HeldSubscription = {
  subId: 33,
  token: 33,
  record: RECORD,
  reachedAt: 'udp 127.0.0.21:5060',
  last: { message: 'NOTIFY', at: NOW - 61_000, number: 1003, lamp: 'idle', answer: { status: 200, at: NOW - 60_997 } },
  inFlight: false,
  due: 'idle',
};

function subscription(held: Partial<HeldSubscription> = {}, more: Partial<KnownSubscription> = {}): KnownSubscription {
  const owner = { edge: 'sip-edge-1', reply: { epoch: 5, speaks: true, version: 9 } };
  return { subId: 33, record: RECORD, owner, held: { ...HELD, ...held }, ...more };
}

function ended(reason: EndedSubscription['reason'], status?: number): EndedSubscription {
  const failure = status === undefined ? {} : { failure: { cseq: 1004, status, at: NOW - MINUTE } };
  return { subId: 33, record: RECORD, at: NOW - MINUTE, reason, ...failure };
}

interface Story {
  readonly commands?: readonly string[];
  readonly number?: string;
  readonly line?: readonly LineFact[];
  readonly facts?: Partial<ExplainFacts>;
  /** The lamp that was published, where that is not the one of the facts. */
  readonly published?: 'idle' | 'in-use';
}

function factsOf({ commands = [], number = '2102', line = IDLE, facts = {}, published }: Story): ExplainFacts {
  const { config } = applyCommands(emptyConfig(), [...OFFICE, '!', ...commands], { keepUnknown: true });
  const lines = lineDirectory(config);
  const kept = line.map((fact, at): KeptFact => ({ ...fact, seq: at + 1, time: NOW, at: NOW - (line.length - at) * MINUTE })); // prettier-ignore
  const past = linePast({ line: number, first: { seq: 1, at: 0 }, snapshots: [], facts: kept });
  const { fold } = past;
  return {
    now: NOW,
    line: {
      number,
      entry: lines.resolve(number),
      past,
      monitoring: deviceDirectory(config, lines).monitoring(number),
      unpublishedSince: past.changes.at(-1)?.at,
      ...(published && {
        published: { version: 9, at: NOW, lamp: { state: published, dnd: false }, since: NOW, fold },
      }),
    },
    watcher: { text: '2101', phones: [PHONE] },
    rules: presenceRules(config),
    subscriptions: [subscription()],
    total: 1,
    refusals: [],
    ...facts,
  };
}

const none = (facts: Partial<ExplainFacts> = {}): Partial<ExplainFacts> => ({ subscriptions: [], ...facts });
const refusal = (why: string, status?: number, asked?: string) =>
  none({ refusals: [{ at: NOW - MINUTE, why, ...(status && { status }), ...(asked !== undefined && { asked }) }] });

const STORIES: readonly [cause: string, verdict: RegExp, story: Story][] = [
  ['right', /^2101 sees 2102 idle, and so it is$/, { published: 'idle' }],
  ['right', /sees 2102 in-use/, { line: [...IDLE, call('early')], published: 'in-use', facts: { subscriptions: [subscription({ due: 'in-use', last: { ...HELD.last!, lamp: 'in-use' } })] } }],
  // The line
  ['no-such-line', /There is no line 2199/, { number: '2199', line: [], facts: none() }],
  ['not-watchable', /Nobody may watch 2102: allow watch is not given \(by ada in revision 7, /, { commands: ['voice register dn 2', ' no allow watch'], facts: { changes: { watch: { revision: 7, at: NOW, author: 'ada' } } } }],
  ['no-phone', /^No phone carries 2102$/, { commands: ['voice register pool 2', ' no number 1 dn 2'] }],
  ['phone-unregistered', /pool 2, which carries 2102, never registered/, { line: [configured] }],
  ['phone-unregistered', /is not registered any more/, { line: [...IDLE, registered({ cause: 'unregistered' })] }],
  ['registration-lapsed', /was registered until 2026-11-28 05:50:00.000, and nobody renewed/, { line: lapsed([configured, registered({ expiresAt: NOW - 10 * MINUTE })]) }],
  ['edge-lost', /pool 2, which carries 2102, was connected to sip-edge-2, which is gone/, { line: [configured, registered({ connectionBound: true }), edgeLost] }],
  ['edge-lost', /A call from 2103 .* but sip-edge-2 is gone/, { line: [...IDLE, call('confirmed'), edgeLost] }],
  ['leg-lapsed', /A call from 2103 .* sip-edge-2 did not confirm it by 2026-11-28 05:59:00.000/, { line: lapsed([...IDLE, call('confirmed', NOW - MINUTE)]) }],
  ['not-folded', /presence-state has published idle of 2102, and not yet what happened/i, { line: [...IDLE, call('early')], published: 'idle' }],
  ['not-folded', /presence-state has not taken up 2102/i, { line: [] }],
  // The rules
  ['presence-off', /The presence service is off \(by ada/, { commands: ['no presence'], facts: none({ changes: { presence: { revision: 7, at: NOW, author: 'ada' } } }) }],
  ['presence-enable-off', /"presence enable" is not given/, { commands: ['sip-ua', ' no presence enable'], facts: none() }],
  ['watcher-all-off', /"watcher all" is not given/, { facts: none({ watcher: { text: '4711', phones: [] } }) }],
  ['never-chained', /nothing is asked for others/, { commands: ['presence', ' watcher all', ' allow subscribe', ' server 192.0.2.7'], number: '2199', line: [], facts: none({ watcher: { text: '4711', phones: [] } }) }],
  // No subscription
  ['never-subscribed', /2101 never asked for 2102/, { facts: none() }],
  ['watcher-unregistered', /the watcher, did not register again in time/, { facts: none({ watcher: { text: '2101', phones: [{ ...PHONE, registered: undefined, last: { at: NOW, cause: 'expired' } }] } }) }],
  ['no-key', /Ephone 1 has no key for 2102/, { facts: none({ watcher: { text: '2101', phones: [{ ...STATION, key: { kind: 'none' } }] } }) }],
  ['key-hidden', /blf-speed-dial 9 of ephone 1 is behind its last key/i, { facts: none({ watcher: { text: '2101', phones: [{ ...STATION, key: { kind: 'hidden', tag: 9 } }] } }) }],
  ['limit-reached', /refused with 503: there were as many subscriptions .* \(now 1 of 100\)/, { facts: refusal('limit-reached', 503) }],
  ['could-not-ask', /nobody could be asked/, { facts: refusal('could-not-ask', 503) }],
  ['not-the-phone', /did not come from where the phone is registered/, { facts: refusal('external-watcher-refused', 403) }],
  ['not-authenticated', /has not proved who it is/, { facts: refusal('Unauthorized', 401) }],
  ['wrong-accept', /\(Accept: text\/plain\)/, { facts: refusal('Not Acceptable', 406, 'Accept: text/plain') }],
  ['wrong-event', /\(Event: foo\)/, { facts: refusal('Bad Event', 489, 'Event: foo') }],
  ['too-brief', /\(Expires: 5\)/, { facts: refusal('Interval Too Brief', 423, 'Expires: 5') }],
  ['no-call-list', /call lists of this phone/, { facts: { ...refusal('no-call-list'), watcher: { text: '2101', phones: [STATION] } } }],
  ['allow-subscribe-off', /"allow subscribe" was not given/, { facts: refusal('external-line-refused', 403) }],
  ['no-server', /no "server" to ask/, { facts: refusal('no-server', 404) }],
  ['refused', /Contact Missing/, { facts: refusal('Contact Missing', 400) }],
  ['ended-gone', /the phone answered CSeq 1004 with 481/, { facts: none({ ended: ended('notify-failed', 481) }) }],
  ['ended-refused', /refused NOTIFY CSeq 1004 with 403/, { facts: none({ ended: ended('notify-failed', 403) }) }],
  ['ended-silent', /did not answer NOTIFY CSeq 1004 for 32 seconds/, { facts: none({ ended: ended('notify-timeout', 408) }) }],
  ['ended-expired', /did not refresh it before/, { facts: none({ ended: ended('timeout') }) }],
  ['ended-by-watcher', /the watcher ended it/, { facts: none({ ended: ended('unsubscribed') }) }],
  ['ended-by-rules', /did not allow it any more/, { facts: none({ ended: ended('rejected') }) }],
  ['ended-unregistered', /unregistered, or its registration expired/, { facts: none({ ended: ended('unregistered') }) }],
  ['ended-with-edge', /its edge sip-edge-1 ended it \(deactivated\)/, { facts: none({ ended: ended('deactivated') }) }],
  ['limit-reached', /refused with 503/, { facts: { ...refusal('limit-reached', 503), ended: { ...ended('unsubscribed'), at: NOW - 2 * MINUTE } } }],
  ['ended-by-watcher', /the watcher ended it/, { facts: { ...refusal('limit-reached', 503), ended: { ...ended('unsubscribed'), at: NOW } } }],
  // A subscription
  ['owner-gone', /Its owner sip-edge-1 does not answer, and was heard of last at/, { facts: { subscriptions: [subscription({}, { held: undefined, owner: { edge: 'sip-edge-1', lostSince: NOW } })] } }],
  ['not-held', /does not know of it/, { facts: { subscriptions: [subscription({}, { held: undefined })] } }],
  ['owner-silent', /says nothing until it can/, { facts: { subscriptions: [subscription({}, { owner: { edge: 'sip-edge-1', reply: { epoch: 5, speaks: false, version: 9 } } })] } }],
  ['edge-behind', /knows version 8 of the line, and 9 is published/, { published: 'idle', facts: { subscriptions: [subscription({}, { owner: { edge: 'sip-edge-1', reply: { epoch: 5, speaks: true, version: 8 } } })] } }],
  ['no-answer', /NOTIFY CSeq 1003 said idle .* has not answered for 12 s .*, and in-use waits behind it/, { facts: { subscriptions: [subscription({ inFlight: true, waiting: 'in-use', last: { message: 'NOTIFY', at: NOW - 12_000, number: 1003, lamp: 'idle' } })] } }],
  ['right', /sees 2102 idle/, { published: 'idle', facts: { subscriptions: [subscription({ inFlight: true, last: { message: 'NOTIFY', at: NOW - 20, number: 1003, lamp: 'idle' } })] } }],
  ['asked-to-wait', /the phone answered 503, to be told again at/, { facts: { subscriptions: [subscription({ retryAt: NOW + 1, waiting: 'idle', last: { ...HELD.last!, answer: { status: 503, at: NOW } } })] } }],
  ['not-told', /in-use is not told yet: it waits in a queue/, { facts: { subscriptions: [subscription({ due: 'in-use', waiting: 'in-use' })] } }],
  ['not-told', /Nothing was sent to it yet/, { facts: { subscriptions: [subscription({ last: undefined })] } }],
  ['expired-not-ended', /nobody ended it/, { facts: { subscriptions: [subscription({}, { record: { ...RECORD, expiresAt: NOW - 5 * MINUTE } })] } }],
  // Keys that show a phone
  ['phone-not-monitored', /2102 is the first line of none/, { commands: ['voice register pool 2', ' number 1 dn 1', ' number 2 dn 2'], facts: { subscriptions: [subscription({}, { record: { ...RECORD, deviceBased: true } })] } }],
  // Lines elsewhere
  ['relay-failed', /192.0.2.7 presence does not tell: 404, 3 attempts/, { number: '2199', commands: ['presence', ' allow subscribe', ' server 192.0.2.7'], line: [{ type: 'linewatch.line.relayed', data: { source: '192.0.2.7 presence', package: 'presence', until: NOW, failure: { kind: 'refused', status: 404, attempts: 3, at: NOW } } }] }],
  ['relay-lapsed', /did not confirm by/, { number: '2199', commands: ['presence', ' allow subscribe', ' server 192.0.2.7'], line: lapsed([{ type: 'linewatch.line.relayed', data: { source: '192.0.2.7 presence', package: 'presence', until: NOW - 5 * MINUTE, lamp: { state: 'idle', dnd: false } } }]) }],
]; // prettier-ignore

describe('explain', () => {
  it.each(STORIES)('%s: %s', (cause, verdict, story) => {
    const explanation = explain(factsOf(story));
    expect(explanation).toMatchObject({ cause, verdict: expect.stringMatching(verdict) });
    expect(explanation.todo === undefined).toBe(cause === 'right');
  });

  it('has a story for each cause', () => {
    const told = new Set(STORIES.map(([cause]) => cause));
    expect(causes.filter((cause) => !told.has(cause))).toEqual([]);
  });

  it('tells the whole chain in its order, also where all is well', () => {
    const { chain } = explain(factsOf({ line: [...IDLE, call('early'), call('terminated')], published: 'idle' }));
    expect(chain.map(({ step, text }) => `${step}: ${text}`)).toEqual([
      'configuration: 2102 is voice register dn 2, on voice register pool 2, with allow watch',
      'policy: a phone of this system (SIP) may watch lines of this system: "presence" and "presence enable"',
      'line: voice register pool 2 is registered at sip-edge-2 (udp 127.0.0.22:5060) until 2026-11-28 06:30:00.000',
      'line: so 2102 is idle since 2026-11-28 05:59:00.000: the call with 2103 ended on voice register pool 2 (sip-edge-2.6.7) (fact 4)',
      'watcher: voice register pool 1 (SEP020000000001) is registered at sip-edge-1 (udp 127.0.0.21:5060) until 2026-11-28 06:20:00.000',
      'watcher: voice register pool 1 has a key for 2102: blf-speed-dial 1',
      'subscription: SubID 33 of 2101@127.0.0.21 (SIP Phone), event presence, 3600 s from its last refresh, until 2026-11-28 06:40:00.000 (40 min)',
      'subscription: its owner sip-edge-1 lives, in epoch 5',
      'notification: NOTIFY CSeq 1003 said idle at 2026-11-28 05:58:59.000 to udp 127.0.0.21:5060; the phone answered 200 after 3 ms',
      'notification: next, the phone has to refresh by 2026-11-28 06:40:00.000 (in 40 min)',
    ]);
  });

  it('names the fault of the watcher before that of the line when both are there', () => {
    const story = { line: [configured], facts: none() };
    expect(explain(factsOf(story))).toMatchObject({ cause: 'never-subscribed', told: null, state: 'unknown' });
    expect(explain(factsOf(story)).chain.map(({ cause }) => cause)).toContain('phone-unregistered');
  });
});
