/** The calls of a load run: INVITE, 180, 200, ACK, BYE between two lines that are free, at a steady rate. */
import type { Endpoint, Fleet } from './fleet';
import { IDLE, IN_USE, type LampJudge } from './lamp-judge';
import { numberOf } from './plan';
import type { Wheel } from './wheel';
import { answerTo, indexAfter, routesOf, type Scanned, uriIn, valueOf } from './wire';

const T1_MS = 500;

export interface CallTimes {
  readonly ringMs: number;
  readonly holdMs: number;
  readonly restMs: number;
}

export interface CallCounts {
  placed: number;
  ok: number;
  failed: number;
  /** Calls that were due while no two lines were free. */
  starved: number;
  /** Why calls failed. */
  reasons: Record<string, number>;
}

/** One side's half of a call: what in-dialog requests are made of. */
interface Leg {
  callIdLine: string;
  localLine: string;
  remoteLine: string;
  target: string;
  routes: string;
}

interface Call {
  readonly id: number;
  readonly caller: number;
  readonly callee: number;
  callerLeg?: Leg;
  calleeLeg?: Leg;
  /** The INVITE as the callee got it, and the last answer to it. */
  invite?: Scanned;
  inviteSource?: Endpoint;
  lastAnswer: string;
  acknowledged: boolean;
  /** The ACK of the caller, for a 2xx that comes again. */
  ack?: { readonly text: string; readonly to: Endpoint };
  /** Whether each side's BYE was sent or heard. */
  callerEnded: boolean;
  calleeEnded: boolean;
  ended: boolean;
}

export class Calls {
  readonly counts: CallCounts = { placed: 0, ok: 0, failed: 0, starved: 0, reasons: {} };
  /** Calls that are up or not yet forgotten. */
  readonly open = new Map<number, Call>();
  private readonly callOf: (Call | undefined)[] = [];
  private readonly free: number[] = [];
  private nextCall = 1;
  private readonly mark: string;

  constructor(
    private readonly fleet: Fleet,
    private readonly judge: LampJudge,
    private readonly wheel: Wheel,
    private readonly times: CallTimes,
    lines: number,
    private readonly random: () => number,
  ) {
    this.mark = `${fleet.run}c`;
    for (let line = 0; line < lines; line += 1) this.free.push(line);
    fleet.onCallRequest = (method, request, source, line) => this.onRequest(method, request, source, line);
    fleet.onRepeatedAnswer = (response) => {
      const ack = this.open.get(indexAfter(response.callId, this.mark))?.ack;
      if (ack) this.acknowledge(response, ack);
    };
  }

  /** Places one call between two free lines, or counts that there are none. */
  place(): void {
    if (this.free.length < 2) {
      this.counts.starved += 1;
      return;
    }
    const call: Call = {
      id: this.nextCall++, caller: this.takeFree(), callee: this.takeFree(),
      lastAnswer: '', acknowledged: false, callerEnded: false, calleeEnded: false, ended: false,
    }; // prettier-ignore
    this.counts.placed += 1;
    this.open.set(call.id, call);
    this.callOf[call.callee] = call;
    this.invite(call);
  }

  private invite(call: Call): void {
    const { host, port } = this.fleet.target;
    const number = numberOf(call.callee);
    const fromLine = `From: <sip:${numberOf(call.caller)}@${host}>;tag=a${call.id}\r\n`;
    const callIdLine = `Call-ID: ${this.mark}${call.id}@127.0.0.1\r\n`;
    const sdp = sdpOf(call.id);
    const rest =
      `Max-Forwards: 70\r\n${fromLine}To: <sip:${number}@${host}>\r\n${callIdLine}CSeq: 1 INVITE\r\n` +
      `Contact: ${this.fleet.contactOf(call.caller)}\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
    const uri = `sip:${number}@${host}:${port}`;
    this.judge.expectCall(call.callee);
    this.judge.change(call.caller, IN_USE, 0, performance.now());
    const via = this.fleet.request(call.caller, 'INVITE', uri, rest, (status, response) => {
      if (status < 200) return;
      if (status >= 300) {
        if (response.text) this.fleet.send(call.caller, ackOfRefusal(uri, via, fromLine, response), this.fleet.target);
        this.fail(call, `INVITE answered ${status}`);
        return;
      }
      call.callerLeg = {
        callIdLine, localLine: fromLine, remoteLine: response.to, target: uriIn(response.contact) || uri, routes: routesOf(response.recordRoute),
      }; // prettier-ignore
      const { target, routes } = call.callerLeg;
      const to = addressOf(routes, target, this.fleet.target);
      const text = `${routes}Max-Forwards: 70\r\n${fromLine}${response.to}${callIdLine}CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n`;
      call.ack = { text, to };
      this.acknowledge(response, call.ack);
      this.wheel.after(this.times.holdMs, () => this.hangUp(call));
    });
  }

  /** ACK of a 2xx: a request with a branch of its own, which nobody answers. */
  private acknowledge(response: Scanned, ack: { readonly text: string; readonly to: Endpoint }): void {
    const id = indexAfter(response.callId, this.mark);
    const call = this.open.get(id);
    if (!call?.callerLeg) return;
    const via = `Via: SIP/2.0/UDP 127.0.0.1:${this.fleet.portOf(call.caller)};branch=z9hG4bK${this.fleet.run}a${id};rport\r\n`;
    this.fleet.send(call.caller, `ACK ${call.callerLeg.target} SIP/2.0\r\n${via}${ack.text}`, ack.to);
  }

  private hangUp(call: Call): void {
    if (call.ended) return;
    call.ended = true;
    const byCaller = this.random() < 0.5 || !call.calleeLeg;
    const leg = byCaller ? call.callerLeg : call.calleeLeg;
    if (!leg) return;
    if (byCaller) call.callerEnded = true;
    else call.calleeEnded = true;
    const now = performance.now();
    this.judge.change(call.caller, IDLE, 2, now);
    this.judge.change(call.callee, IDLE, 3, now);
    const rest = `${leg.routes}Max-Forwards: 70\r\n${leg.localLine}${leg.remoteLine}${leg.callIdLine}CSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n`;
    const to = addressOf(leg.routes, leg.target, this.fleet.target);
    this.fleet.request(byCaller ? call.caller : call.callee, 'BYE', leg.target, rest, (status) => {
      if (status < 200) return;
      if (status < 300) this.release(call, () => (call.callerEnded && call.calleeEnded ? undefined : 'BYE was not passed on'));
      else this.release(call, () => `BYE answered ${status}`);
    }, to); // prettier-ignore
  }

  private fail(call: Call, reason: string): void {
    if (call.ended) return;
    call.ended = true;
    const now = performance.now();
    this.judge.change(call.caller, IDLE, undefined, now);
    this.judge.change(call.callee, IDLE, undefined, now);
    this.release(call, () => reason);
  }

  /** Frees both lines after their rest. Only then is it known whether the call ended well. */
  private release(call: Call, reasonOf: () => string | undefined): void {
    this.wheel.after(this.times.restMs, () => {
      const reason = reasonOf();
      if (reason === undefined) this.counts.ok += 1;
      else {
        this.counts.failed += 1;
        this.counts.reasons[reason] = (this.counts.reasons[reason] ?? 0) + 1;
      }
      this.open.delete(call.id);
      this.callOf[call.callee] = undefined;
      this.free.push(call.caller, call.callee);
    });
  }

  /** A request to one of the phones. @returns false when it belongs to no call */
  private onRequest(method: string, request: Scanned, source: Endpoint, line: number): boolean {
    const call = this.open.get(indexAfter(request.callId, this.mark)) ?? this.callOf[line];
    if (method === 'INVITE') return this.onInvite(call, request, source, line);
    if (!call || (line === call.callee && call.calleeLeg?.callIdLine !== request.callId)) return false;
    if (method === 'ACK') {
      call.acknowledged = true;
      return true;
    }
    if (method === 'BYE') {
      if (line === call.callee) call.calleeEnded = true;
      else call.callerEnded = true;
      this.fleet.send(line, answerTo(request, '200 OK'), source);
      // A BYE that no phone sent: the server ended the call.
      if (!call.ended) this.fail(call, 'BYE from the server');
      return true;
    }
    if (method === 'CANCEL' && call.invite && call.inviteSource) {
      this.fleet.send(line, answerTo(request, '200 OK', `b${call.id}`), source);
      this.fleet.send(line, answerTo(call.invite, '487 Request Terminated', `b${call.id}`), call.inviteSource);
      this.fail(call, 'CANCEL from the server');
      return true;
    }
    return false;
  }

  private onInvite(call: Call | undefined, request: Scanned, source: Endpoint, line: number): boolean {
    if (!call || call.callee !== line || (call.ended && !call.invite)) {
      this.fleet.send(line, answerTo(request, '486 Busy Here', this.fleet.run), source);
      return true;
    }
    if (call.invite) {
      this.fleet.send(line, call.lastAnswer, source);
      return true;
    }
    const invite = { ...request };
    call.invite = invite;
    call.inviteSource = source;
    const tag = `b${call.id}`;
    const more = `${request.recordRoute}Contact: ${this.fleet.contactOf(line)}\r\n`;
    call.lastAnswer = answerTo(request, '180 Ringing', tag, more);
    this.judge.change(line, IN_USE, 1, performance.now());
    this.fleet.send(line, call.lastAnswer, source);
    call.calleeLeg = {
      callIdLine: request.callId,
      localLine: `From: ${valueOf(request.to)};tag=${tag}\r\n`,
      remoteLine: `To: ${valueOf(request.from)}\r\n`,
      target: uriIn(request.contact),
      routes: request.recordRoute.replace(/Record-Route/gi, 'Route'),
    };
    this.wheel.after(this.times.ringMs, () => {
      if (call.ended) return;
      const sdp = sdpOf(call.id);
      call.lastAnswer = answerTo(invite, '200 OK', tag, `${more}Content-Type: application/sdp\r\n`, sdp);
      this.fleet.send(line, call.lastAnswer, source);
      this.repeatAnswer(call, line, source, T1_MS);
    });
    return true;
  }

  private repeatAnswer(call: Call, line: number, source: Endpoint, waitMs: number): void {
    this.wheel.after(waitMs, () => {
      if (call.acknowledged || call.ended || waitMs > 16_000) return;
      this.fleet.retransmissionsSent += 1;
      this.fleet.send(line, call.lastAnswer, source);
      this.repeatAnswer(call, line, source, waitMs * 2);
    });
  }

  private takeFree(): number {
    const index = Math.floor(this.random() * this.free.length);
    const line = this.free[index] ?? 0;
    const last = this.free.pop() ?? 0;
    if (index < this.free.length) this.free[index] = last;
    return line;
  }
}

/** The ACK of a refusal has the INVITE's branch [RFC3261 17.1.1.3]. */
function ackOfRefusal(uri: string, via: string, fromLine: string, response: Scanned): string {
  return `ACK ${uri} SIP/2.0\r\n${via}Max-Forwards: 70\r\n${fromLine}${response.to}${response.callId}CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n`;
}

/** The first route, else the target; what cannot be read goes where everything goes. */
function addressOf(routes: string, target: string, fallback: Endpoint): Endpoint {
  const parts = /sips?:(?:[^@>;\s]*@)?([\d.]+)(?::(\d+))?/.exec(routes || target);
  return parts ? { host: parts[1] ?? fallback.host, port: Number(parts[2] ?? 5060) } : fallback;
}

function sdpOf(id: number): string {
  return `v=0\r\no=- ${id} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;
}
