import type { LineView } from '@linewatch/edge';
import type { Binding } from '@linewatch/presence';
import { type Address, type Flow, header, parseNameAddr, parseUri, type SipRequest, userOf } from '@linewatch/sip';
import type { Clock, LabelledCounter, RateLimitedLog } from '@linewatch/runtime';
import { type Account, charge, chargeEnd, chargeFlat, openAccount, refund } from './account';
import type { ShieldLimits } from './limits';
import { RegisteredPhones } from './phones';
import { Recent } from './recent';
import { sourceOf } from './source';

/** What a shield is built from. */
export interface ShieldPorts {
  readonly limits: ShieldLimits;
  readonly clock: Pick<Clock, 'monotonic' | 'now'>;
  /** Requests that were refused, by whose budget was used up. */
  readonly refused: LabelledCounter;
  /** Senders that were put into the penalty box, by kind. */
  readonly boxed: LabelledCounter;
  readonly floodLog: Pick<RateLimitedLog, 'warn'>;
}

/**
 * What to do with bytes that are no answer to anything. `drop`: unread; a datagram that means well comes again when there
 * may be room, and a Cisco key never comes again after a 5xx [design law 8]. `refuse`: 503 and Retry-After, for trunks and
 * for streams, which repeat nothing. `pause`: read nothing more from this stream for so long.
 */
export type Admission = 'take' | 'refuse' | 'drop' | { readonly pauseMs: number };

/** What a retransmission, or an answer that nobody waits for, is charged; a request is charged 1. */
const CHEAP = 0.1;
const SWEEP_MS = 30_000;
/** Seconds after which to try again, and so many more at random, so that not all come back at once [B-11]. */
const RETRY_AFTER = 10;
const RETRY_SPREAD = 20;
const LONGEST_USER = 64;
/** Octets of a message that is charged twice. */
const LONG = 8_192;
const DEFAULT_PORT = 5060;

/**
 * Refuses who asks too often, before that costs anything [B-11]: a token bucket and a penalty box for each sender. Phones
 * that are registered here are known by the address and port they registered from, and have a budget of their own that no
 * stranger can use up. Strangers are bounded one by one, by address, by the address of record that they speak for, and all
 * together. Tables are bounded; nothing here waits, parses or keeps a request.
 */
export class Shield {
  private readonly phones: RegisteredPhones;
  private readonly places: Recent<Account>;
  private readonly addresses: Recent<Account>;
  private readonly records: Recent<Account>;
  private readonly strangers: Account;
  private trunks = new Map<string, Account>();
  private sweptAt: number;
  private refusals = 0;

  constructor(private readonly ports: ShieldPorts) {
    const { limits, clock } = ports;
    this.phones = new RegisteredPhones(limits.phone);
    this.places = new Recent(limits.mostRemembered);
    this.addresses = new Recent(limits.mostRemembered);
    this.records = new Recent(limits.mostRemembered);
    this.sweptAt = clock.monotonic();
    this.strangers = openAccount(limits.strangers, this.sweptAt);
  }

  /** Senders that are remembered. */
  get size(): number {
    return this.phones.size + this.places.size + this.addresses.size + this.records.size + this.trunks.size;
  }

  /** Senders that are in the penalty box now. */
  get inBox(): number {
    const now = this.ports.clock.monotonic();
    const accounts = [this.places, this.addresses, this.records].flatMap((table) => table.values());
    return [...accounts, ...this.phones.accounts(), ...this.trunks.values()].filter(
      ({ boxedUntil }) => boxedUntil > now,
    ).length;
  }

  /** A phone sends from there, as its registration or its proven identity says. @param until Unix milliseconds */
  know(address: Address, phone: string, until: number): void {
    const now = this.ports.clock.monotonic();
    if (now - this.sweptAt > SWEEP_MS) {
      this.sweptAt = now;
      this.phones.sweep(this.ports.clock.now());
    }
    this.phones.add(address, phone, until, now);
  }

  /** A phone registered: it sends from where it was heard, or from its contact. */
  knowBindings(phone: string, bindings: readonly Pick<Binding, 'contact' | 'flow' | 'heardOn' | 'expiresAt'>[]): void {
    for (const { contact, flow, heardOn, expiresAt } of bindings) {
      const heard = (heardOn ?? flow).remote;
      this.know(heard, phone, expiresAt);
      const uri = parseUri(contact);
      const port = uri?.port ?? DEFAULT_PORT;
      if (uri && uri.host === heard.host && port !== heard.port) this.know({ host: uri.host, port }, phone, expiresAt);
    }
  }

  /** Takes up the registrations that were made before. */
  restore(views: Iterable<LineView>): void {
    for (const { state } of views) {
      for (const [phone, { bindings }] of Object.entries(state.fold.registrations)) this.knowBindings(phone, bindings);
    }
  }

  /** The addresses that are trunks from now on; a trunk that stays keeps what it has used. */
  trust(hosts: ReadonlySet<string>): void {
    const now = this.ports.clock.monotonic();
    const { trunk } = this.ports.limits;
    this.trunks = new Map([...hosts].map((host) => [host, this.trunks.get(host) ?? openAccount(trunk, now)]));
  }

  /** Judges what came on a flow by its first octets; answers that are waited for never come here. */
  admit(bytes: Buffer, flow: Flow): Admission {
    const now = this.ports.clock.monotonic();
    const from = flow.remote;
    const known = this.phones.accountOf(from);
    if (known) return this.judge('phone', known, bytes, flow, now);
    const trunk = this.trunks.get(from.host);
    if (trunk) return chargeFlat(trunk, now) ? 'take' : this.refuse('trunk', 'refuse');
    const place = this.places.get(placeOf(from), () => openAccount(this.ports.limits.stranger, now));
    const atPlace = this.judge('stranger', place, bytes, flow, now);
    if (atPlace !== 'take') return atPlace;
    // Many at one address, and all together, are slowed down and never boxed: most of them may mean well.
    const address = this.addresses.get(sourceOf(from.host), () => openAccount(this.ports.limits.address, now));
    if (!chargeFlat(address, now)) return this.refuse('address', refusalOn(flow));
    return chargeFlat(this.strangers, now) ? 'take' : this.refuse('strangers', refusalOn(flow));
  }

  /** Judges a request of a stranger by the address of record that it speaks for: guessed passwords, mostly. */
  admitRecord(request: SipRequest, flow: Flow): Admission {
    const { remote } = flow;
    if (this.phones.accountOf(remote) || this.trunks.has(remote.host) || ENDS.includes(request.method)) return 'take';
    const field = header(request, request.method === 'REGISTER' ? 'To' : 'From');
    const user = userOf(parseNameAddr(field ?? '')?.uri ?? '')?.slice(0, LONGEST_USER);
    if (user === undefined) return 'take';
    const now = this.ports.clock.monotonic();
    const account = this.records.get(user, () => openAccount(this.ports.limits.record, now));
    const outcome = this.outcome('record', account, flow, now);
    // It is read already: to say so costs little more.
    return outcome === 'take' || now < account.boxedUntil ? outcome : 'refuse';
  }

  /** What was taken turned out to be a retransmission, or a stray answer (no method): it costs less than a request. */
  wasCheap({ remote }: Flow, method?: string): void {
    if (method !== undefined && ENDS.includes(method)) return;
    const account = this.phones.accountOf(remote) ?? this.trunks.get(remote.host);
    if (account) return refund(account, 1 - CHEAP);
    const { stranger, address } = this.ports.limits;
    const now = this.ports.clock.monotonic();
    refund(
      this.places.get(placeOf(remote), () => openAccount(stranger, now)),
      1 - CHEAP,
    );
    refund(
      this.addresses.get(sourceOf(remote.host), () => openAccount(address, now)),
      1 - CHEAP,
    );
  }

  /** The Retry-After of a refusal in seconds, spread so that those who were refused together do not return together. */
  retryAfter(): number {
    this.refusals += 1;
    return RETRY_AFTER + ((this.refusals * 7) % RETRY_SPREAD);
  }

  private judge(kind: Kind, account: Account, bytes: Buffer, flow: Flow, now: number): Admission {
    if (!endsSomething(bytes)) return this.outcome(kind, account, flow, now, costOf(bytes));
    return chargeEnd(account, now) ? 'take' : this.refuse(kind, 'drop');
  }

  private outcome(kind: Kind, account: Account, flow: Flow, now: number, cost = 1): Admission {
    const verdict = charge(account, now, this.ports.limits.penalty, cost);
    if (verdict === 'pass') return 'take';
    if (verdict === 'over') return this.refuse(kind, refusalOn(flow));
    const pauseMs = account.boxedUntil - now;
    if (verdict === 'boxing') {
      this.ports.boxed.of(kind).add();
      const { host, port } = flow.remote;
      const fields = { kind, remote: `${host}:${port}`, seconds: pauseMs / 1_000, offences: account.offences };
      this.ports.floodLog.warn(`penalty ${kind}`, 'asks far too often and is not heard for a while', fields);
    }
    return this.refuse('boxed', flow.transport === 'udp' ? 'drop' : { pauseMs });
  }

  private refuse(why: Kind | 'trunk' | 'address' | 'strangers' | 'boxed', how: Admission): Admission {
    this.ports.refused.of(why).add();
    return how;
  }
}

/** A request, and more for a long one, which takes longer to read. */
function costOf(bytes: Buffer): number {
  return 1 + Math.floor(bytes.length / LONG);
}

/** Whose account may be boxed. */
type Kind = 'phone' | 'stranger' | 'record';

/** A datagram is dropped; a stream repeats nothing and has to be told. */
function refusalOn({ transport }: Flow): 'drop' | 'refuse' {
  return transport === 'udp' ? 'drop' : 'refuse';
}

function placeOf({ host, port }: Address): string {
  return `${host}|${port}`;
}

const ENDS = ['ACK', 'BYE', 'CANCEL'];
const ENDING_STARTS = ENDS.map((method) => Buffer.from(`${method} `));

function endsSomething(bytes: Buffer): boolean {
  const first = bytes[0];
  // 'A', 'B' or 'C': nothing but these, for most of what comes here.
  if (first === undefined || first < 65 || first > 67) return false;
  return ENDING_STARTS.some((start) => bytes.subarray(0, start.length).equals(start));
}
