import { digestRealm, poolId, type VoiceRegisterPool } from '@linewatch/config';
import type { Bindings, Directory, DirectoryView, Hold, LineBindings, RegistrationKeeper } from '@linewatch/edge';
import type { LineNumber } from '@linewatch/presence';
import type { Clock, LabelledCounter, PlainCounter, RateLimitedLog } from '@linewatch/runtime';
import { callIdOf, cseqOf, header, headerValues, parseNameAddr, type Refusal } from '@linewatch/sip';
import type { Authentication } from '../authentication';
import { targetFlow } from '../endpoint/target-flow';
import type { ServerRequest, SipSender } from '../endpoint/user-agent';
import { addressOfRecord, isOwnDomain, NOT_SERVED } from './address-of-record';
import { type Wanted, wantedOf } from './contacts';
import { authenticatePhone, FORBIDDEN, phoneOf, registeredPhoneOf } from './phone';
import { registeredHeaders } from './registered';
import { decideRegistration, type Decision, type RegistrationOrigin } from './update';

export interface RegistrarPorts {
  readonly directory: Pick<Directory, 'current'>;
  readonly bindings: Pick<Bindings, 'of' | 'change'>;
  readonly hold: Pick<Hold, 'run'>;
  readonly authentication: Pick<Authentication, 'check'>;
  readonly sender: Pick<SipSender, 'flowTo' | 'host'>;
  readonly keeper: Pick<RegistrationKeeper, 'watch'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly edge: { readonly id: string; readonly epoch: number };
  /** Addresses of this machine, beside the one that is advertised. */
  readonly localAddresses: readonly string[];
  /** Requests by status. */
  readonly answers: LabelledCounter;
  /** Bindings that made room for others of their phone. */
  readonly displaced: PlainCounter;
  readonly floodLog: Pick<RateLimitedLog, 'info'>;
}

/** A REGISTER of a phone that is known and proved who it is. */
interface Admitted {
  readonly line: LineNumber;
  readonly pool: VoiceRegisterPool;
  readonly wanted: Wanted;
}

const MOST_PATHS = 16;
const LONGEST_TEXT = 4_096;
const BAD_REQUEST: Refusal = { status: 400, reason: 'Path Or Call-ID Too Long', headers: [] };
const UNAVAILABLE: Refusal = {
  status: 503,
  reason: 'Service Unavailable',
  headers: [{ name: 'Retry-After', value: '10' }],
};

/**
 * The registrar [RFC3261 10.3]: steps that each pass on what they found, or refuse. A 200 leaves when the stream has the
 * fact [design law 2].
 */
export class Registrar {
  constructor(private readonly ports: RegistrarPorts) {}

  /** Answers one REGISTER. */
  async handle(incoming: ServerRequest): Promise<void> {
    const { hold, directory } = this.ports;
    const admitted = await hold.run(() => this.admit(incoming, directory.current()));
    if (admitted === 'gave-up') return this.refuse(incoming, UNAVAILABLE);
    if ('status' in admitted) return this.refuse(incoming, admitted);
    const origin = this.originOf(incoming);
    if ('status' in origin) return this.refuse(incoming, origin);
    const registered = await hold.run(() => this.register(admitted, origin));
    if (registered === 'gave-up') return this.refuse(incoming, UNAVAILABLE);
    if ('refusal' in registered) return this.refuse(incoming, registered.refusal);
    this.accept(incoming, admitted, registered.all);
  }

  /** Whose REGISTER it is and what it asks for, in the order of RFC 3261 10.3. */
  private async admit(incoming: ServerRequest, view: DirectoryView): Promise<Admitted | Refusal> {
    const { request } = incoming;
    const { registrar } = view.config;
    if (!registrar.enabled) return NOT_SERVED;
    const { sender, localAddresses, authentication } = this.ports;
    const addresses = [sender.host.toLowerCase(), incoming.flow.local.host, ...localAddresses];
    const line = addressOfRecord(request, view, (host) => isOwnDomain(host, view, addresses));
    if (typeof line !== 'string') return line;
    const pool = phoneOf(request, incoming.flow, line, view) ?? (await this.registeredPhone(incoming, line, view));
    if (!pool) return FORBIDDEN;
    const refused = authenticatePhone(request, pool, view, digestRealm(view.config), authentication);
    if (refused) return refused;
    const wanted = wantedOf(request, registrar);
    return 'status' in wanted ? wanted : { line, pool, wanted };
  }

  private async registeredPhone(
    { request, flow }: ServerRequest,
    line: LineNumber,
    view: DirectoryView,
  ): Promise<VoiceRegisterPool | undefined> {
    // Only phones that a MAC address tells apart can be known by nothing but what they registered.
    if (!view.pools.byNumber(line).some(({ idMac }) => idMac !== undefined)) return undefined;
    return registeredPhoneOf(request, flow, line, view, await this.ports.bindings.of(line), this.ports.clock.now());
  }

  /** What all bindings of this REGISTER share; Path is where requests go first [RFC3327 5.3] [SB-86]. */
  private originOf({ request, flow }: ServerRequest): RegistrationOrigin | Refusal {
    const { edge, sender } = this.ports;
    const path = headerValues(request, 'Path');
    const callId = callIdOf(request) ?? '';
    const cseq = cseqOf(request)?.seq ?? 0;
    const isTooLong = path.length > MOST_PATHS || [callId, ...path].some((text) => text.length > LONGEST_TEXT);
    if (isTooLong) return BAD_REQUEST;
    const firstHop = path[0] === undefined ? undefined : parseNameAddr(path[0])?.uri;
    const userAgent = header(request, 'User-Agent')?.slice(0, LONGEST_TEXT);
    return {
      callId,
      cseq,
      path,
      ...(userAgent !== undefined && { userAgent }),
      edge: edge.id,
      epoch: edge.epoch,
      heardOn: flow,
      // What came over a connection is bound to it, also when it ended meanwhile [SB-107].
      flowOf: (contact) =>
        flow.connection === undefined ? targetFlow(sender, request, flow, firstHop ?? contact) : flow,
    };
  }

  /** Brings the change into the stream and the line's row; the step bears being repeated [design 5]. */
  private async register(
    { line, pool, wanted }: Admitted,
    origin: RegistrationOrigin,
  ): Promise<{ readonly all: LineBindings } | { readonly refusal: Refusal }> {
    const { bindings, clock, keeper, displaced } = this.ports;
    if (wanted.kind === 'query') return { all: await bindings.of(line) };
    const device = poolId(pool.tag);
    let decision: Decision = { kind: 'unchanged' };
    const all = await bindings.change(line, device, (current) => {
      decision = decideRegistration(current, wanted, origin, clock.now());
      return decision.kind === 'change' ? decision.fact : undefined;
    });
    // Assigned in the callback, which the compiler does not follow.
    const decided = decision as Decision;
    if (decided.kind === 'refused') return decided;
    if (decided.kind === 'change') displaced.add(decided.displaced);
    keeper.watch(line, device, all[device]?.bindings ?? []);
    return { all };
  }

  private accept(incoming: ServerRequest, { pool }: Admitted, all: LineBindings): void {
    this.ports.answers.of('200').add();
    const headers = registeredHeaders(
      all,
      poolId(pool.tag),
      headerValues(incoming.request, 'Path'),
      this.ports.clock.now(),
    );
    incoming.respond(200, { headers });
  }

  private refuse(incoming: ServerRequest, { status, reason, headers }: Refusal): void {
    const { answers, floodLog } = this.ports;
    answers.of(String(status)).add();
    if (status !== 401 && status !== 423) {
      const { request, flow } = incoming;
      const fields = { status, to: header(request, 'To'), remote: `${flow.remote.host}:${flow.remote.port}` };
      floodLog.info(`register ${status}`, 'a REGISTER was refused', { ...fields, callId: callIdOf(request) });
    }
    incoming.respond(status, { reason, headers });
  }
}
