import { EdgeCalls, namedParty, type CallParts } from '@linewatch/edge';
import { type SipRequest, toTag } from '@linewatch/sip';
import type { LabelledCounter } from '@linewatch/runtime';
import type { ServerRequest, SipSender } from '../endpoint/user-agent';
import { isBoundTo } from '../watcher-identity';
import { callerOf, type Caller } from './caller';
import { checkInvite } from './invite-check';
import type { SipEdgeLeg } from './sip-edge-leg';
import { sessionOf } from './sip-leg-messages';
import { SipLegs } from './sip-legs';
import { Trunks } from './trunks';

/** Everything that the calls of a SIP edge are made of. */
export interface CallsParts extends CallParts {
  readonly sender: SipSender;
}

/** What SIP phones say of calls. What other edges say enters by `shared`. */
export class Calls {
  /** What the calls of every kind of edge have in common. */
  readonly shared: EdgeCalls<SipEdgeLeg, SipLegs>;
  private readonly legs: SipLegs;
  private readonly refused: LabelledCounter;
  /** INVITEs whose caller is being looked up. */
  private admitting = 0;

  constructor(private readonly parts: CallsParts) {
    const { edge, sender, wheel, metrics, directory, clock } = parts;
    const trunks = new Trunks({ directory, clock, newToken: () => sender.newTag() });
    this.shared = new EdgeCalls({
      ...parts,
      protocol: (legs, turns) => new SipLegs({ edge: edge.id, legs, turns, sender, wheel, trunks }),
      // Over UDP every SIP edge reaches every phone.
      standIn: () => edge.id,
    });
    this.legs = this.shared.legs.protocol;
    this.refused = metrics.counters('calls_refused_total', 'INVITEs that made no call, by status', 'status');
  }

  /** A request of any method that calls know: within a dialog, or an INVITE that begins one. */
  handle(incoming: ServerRequest): void | Promise<void> {
    const { request } = incoming;
    if (toTag(request) !== undefined) return this.handleInDialog(incoming);
    if (request.method === 'INVITE') return this.handleInvite(incoming);
    incoming.respond(481);
  }

  /** An INVITE outside a dialog. */
  async handleInvite(incoming: ServerRequest): Promise<void> {
    const { request } = incoming;
    if (!this.shared.hasRoom(this.admitting)) {
      return this.refuse(incoming, 503, { headers: [{ name: 'Retry-After', value: '5' }] });
    }
    const asked = checkInvite(request);
    if ('status' in asked) return this.refuse(incoming, asked.status, asked);
    let isCancelled = false;
    incoming.onCancel(() => (isCancelled = true));
    const caller = await this.findCaller(incoming);
    if (isCancelled) return this.refuse(incoming, 487);
    if (caller === 'could-not-ask') return this.refuse(incoming, 500);
    if (!caller) return this.refuse(incoming, 403);
    this.begin(incoming, caller, asked.called, asked.maxForwards);
  }

  /** A request with a To tag, of any method. */
  handleInDialog(incoming: ServerRequest): void {
    if (!this.legs.request(incoming)) incoming.respond(481);
  }

  /** The ACK of a 2xx. */
  handleAck(ack: SipRequest): void {
    this.legs.acknowledge(ack);
  }

  private async findCaller({ request, flow }: ServerRequest): Promise<Caller | undefined | 'could-not-ask'> {
    const { bindings, directory, clock } = this.parts;
    this.admitting += 1;
    try {
      return await callerOf(request, flow, directory.current(), bindings, clock.now());
    } catch (error) {
      if ((error as Error | undefined)?.name !== 'UnavailableError') throw error;
      this.parts.floodLog.warn('call-bindings', 'the bindings of a caller cannot be read', { err: error });
      return 'could-not-ask';
    } finally {
      this.admitting -= 1;
    }
  }

  private begin(incoming: ServerRequest, { owner, party }: Caller, called: string, maxForwards: number): void {
    const { request, flow } = incoming;
    const call = this.shared.newId();
    const leg = this.shared.newId();
    const facing = namedParty(this.parts.directory.current(), called);
    if (!this.legs.invited(incoming, { id: leg, call, ...(owner && { owner }), party, called: facing })) {
      return this.refuse(incoming, 400);
    }
    const session = sessionOf(request);
    const start = { call, leg, caller: party, called, ...(session && { session }) };
    this.shared.start(start, maxForwards, ({ binding }) => owner !== undefined && isBoundTo(binding, flow));
  }

  private refuse(incoming: ServerRequest, status: number, parts: Parameters<ServerRequest['respond']>[1] = {}): void {
    this.refused.of(String(status)).add();
    incoming.respond(status, parts.headers ? { headers: parts.headers } : {});
  }
}
