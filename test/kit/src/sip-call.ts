/** One call of a simulated phone, made or received. */
import { belongsTo, learnFromResponse, type PhoneDialog } from './sip-dialog';
import type { SipPhone } from './sip-phone';
import { cseqOf, type Field, type HeardRequest, type HeardResponse } from './sip-text';
import { NoAnswerError } from './sip-transactions';

export type CallState = 'trying' | 'early' | 'confirmed' | 'ended';

/** How a call ended: by whom, and with which status when it was never answered. */
export interface CallEnd {
  readonly by: 'here' | 'there';
  readonly status?: number;
}

export class SipCall {
  state: CallState = 'trying';
  end?: CallEnd;
  /** The last session description each side gave. */
  localSdp: string;
  remoteSdp?: string;
  /** The other side holds: its media is sendonly or inactive. */
  isHeldThere = false;
  /** In-dialog requests that came, BYE included. */
  readonly requests: HeardRequest[] = [];
  /** Every response to the caller's INVITE. */
  readonly responses: HeardResponse[] = [];
  /** Set by the phone: how a call that is not answered yet is withdrawn. */
  withdraw?: () => void;
  /** Made without a description, so that the 2xx offers and the ACK answers [RFC3264]. */
  offerless = false;
  private wantsCancel = false;

  constructor(
    readonly phone: SipPhone,
    readonly direction: 'out' | 'in',
    /** The other party's number. */
    readonly number: string,
    readonly dialog: PhoneDialog,
    sdp: string,
    /** The INVITE, when the call came in. */
    readonly invite?: HeardRequest,
  ) {
    this.localSdp = sdp;
    if (invite?.body) this.remoteSdp = invite.body;
  }

  /** Waits for 18x, or for the answer. */
  ringing(withinMs?: number): Promise<this> {
    return this.reach('ringing', ['early', 'confirmed'], withinMs);
  }

  /** Waits for the answer: the 2xx of the callee, or the ACK when the call came in. */
  answered(withinMs?: number): Promise<this> {
    return this.reach('answered', ['confirmed'], withinMs);
  }

  /** Waits for the end. */
  async ended(withinMs?: number): Promise<CallEnd> {
    return this.phone.until(
      `the end of ${this.title()}`,
      () => this.end,
      withinMs,
      () => `state ${this.state}`,
    );
  }

  /** 180, or another 1xx. */
  ring(status = 180, reason = 'Ringing'): void {
    this.phone.answer(this.theInvite(), status, reason, [['Contact', this.phone.contactOf()]]);
    this.become('early');
  }

  /** 200 to the INVITE. @returns when the ACK came */
  async answer(options: { readonly sdp?: string } = {}): Promise<this> {
    this.localSdp = options.sdp ?? this.localSdp;
    this.phone.answer(this.theInvite(), 200, 'OK', [['Contact', this.phone.contactOf()], sdpType], this.localSdp);
    return this.answered();
  }

  /** A final refusal of the INVITE. */
  reject(status = 486, reason = 'Busy Here'): void {
    this.phone.answer(this.theInvite(), status, reason);
    this.finish({ by: 'here', status });
  }

  /** Ends the call whatever its state: BYE, CANCEL or 486. @returns when the other side answered */
  async hangup(): Promise<void> {
    if (this.state === 'ended') return;
    if (this.state !== 'confirmed') {
      if (this.direction === 'in') return this.reject();
      return this.cancel();
    }
    this.finish({ by: 'here' });
    await this.phone.sendInDialog(this.dialog, 'BYE');
  }

  /** Withdraws a call that was not answered. @returns when it has ended */
  async cancel(): Promise<void> {
    this.wantsCancel = true;
    // A CANCEL may leave only after a provisional answer [RFC3261 9.1].
    if (this.responses.length > 0) this.withdraw?.();
    await this.ended();
  }

  /** Puts the other side on hold by re-INVITE. */
  hold(): Promise<HeardResponse> {
    return this.reinvite(directed(this.localSdp, 'sendonly'));
  }

  resume(): Promise<HeardResponse> {
    return this.reinvite(directed(this.localSdp, 'sendrecv'));
  }

  /** re-INVITE with that session description. @throws SipRefusedError */
  async reinvite(sdp: string): Promise<HeardResponse> {
    const response = await this.phone.sendInDialog(
      this.dialog,
      'INVITE',
      [['Contact', this.phone.contactOf()], sdpType],
      sdp,
    );
    this.sendAck(response);
    this.phone.mustSucceed(response);
    this.localSdp = sdp;
    this.hear(response.body);
    return response;
  }

  /** UPDATE [RFC3311]. */
  async update(sdp = ''): Promise<HeardResponse> {
    const fields: Field[] = [['Contact', this.phone.contactOf()], ...(sdp ? [sdpType] : [])];
    return this.phone.mustSucceed(await this.phone.sendInDialog(this.dialog, 'UPDATE', fields, sdp));
  }

  /** REFER: asks the other side to call `target` (a number or a whole Refer-To value). */
  async refer(target: string): Promise<HeardResponse> {
    const referTo = target.includes(':') ? target : `<sip:${target}@${this.phone.domain}>`;
    const fields: Field[] = [['Refer-To', referTo], ['Referred-By', `<${this.dialog.localUri}>`], ['Contact', this.phone.contactOf()]]; // prettier-ignore
    return this.phone.mustSucceed(await this.phone.sendInDialog(this.dialog, 'REFER', fields));
  }

  async info(body: string, contentType = 'application/dtmf-relay'): Promise<HeardResponse> {
    return this.phone.mustSucceed(
      await this.phone.sendInDialog(this.dialog, 'INFO', [['Content-Type', contentType]], body),
    );
  }

  /** Takes a response to the caller's first INVITE. */
  onResponse(response: HeardResponse): void {
    this.responses.push(response);
    if (response.status < 200) {
      if (response.status > 100) {
        learnFromResponse(this.dialog, response);
        this.become('early');
      }
      if (this.wantsCancel && this.responses.length === 1) this.withdraw?.();
      return;
    }
    if (response.status >= 300)
      return this.finish({ by: this.wantsCancel ? 'here' : 'there', status: response.status });
    learnFromResponse(this.dialog, response);
    this.hear(response.body);
    this.sendAck(response);
    this.become('confirmed');
    // The answer overtook the CANCEL: the call exists and must be ended as one.
    if (this.wantsCancel) void this.hangup().catch(() => {});
  }

  /** The INVITE was never answered. */
  onFailure(error: unknown): void {
    if (!(error instanceof NoAnswerError)) throw error;
    this.finish({ by: 'there', status: 408 });
  }

  /** ACK of a 2xx, also of one that came again [RFC3261 13.2.2.4]. */
  sendAck(response: HeardResponse): void {
    if (response.status < 300) this.phone.sendAck(this.dialog, cseqOf(response), this.offerless ? this.localSdp : '');
  }

  /** Whether a request belongs to this call. */
  owns(request: HeardRequest): boolean {
    return belongsTo(this.dialog, request);
  }

  /** Takes a request in the dialog. */
  onRequest(request: HeardRequest): void {
    this.requests.push(request);
    if (request.method === 'ACK') {
      if (this.invite) this.phone.acknowledged(this.invite);
      this.hear(request.body);
      if (this.state !== 'ended') this.become('confirmed');
      return;
    }
    if (cseqOf(request) <= (this.dialog.remoteCSeq ?? -1)) {
      this.phone.violations.push(
        `${this.title()}: ${request.method} has CSeq ${cseqOf(request)} after ${this.dialog.remoteCSeq}`,
      );
    }
    this.dialog.remoteCSeq = cseqOf(request);
    if (request.method === 'BYE') {
      this.phone.answer(request, 200, 'OK');
      this.finish({ by: 'there' });
    } else if (request.method === 'INVITE' || request.method === 'UPDATE') {
      this.hear(request.body);
      const sdp = request.body || request.method === 'INVITE' ? directed(this.localSdp, mirrored(request.body)) : '';
      const fields: Field[] = [['Contact', this.phone.contactOf()], ...(sdp ? [sdpType] : [])];
      this.phone.answer(request, 200, 'OK', fields, sdp);
    } else
      this.phone.answer(
        request,
        request.method === 'REFER' ? 202 : 200,
        request.method === 'REFER' ? 'Accepted' : 'OK',
      );
  }

  /** The call came in and was withdrawn. */
  onCancel(): void {
    if (this.state === 'confirmed' || this.state === 'ended') return;
    this.phone.answer(this.theInvite(), 487, 'Request Terminated');
    this.finish({ by: 'there', status: 487 });
  }

  private hear(sdp: string): void {
    if (!sdp) return;
    this.remoteSdp = sdp;
    this.isHeldThere = /^a=(sendonly|inactive)\s*$/m.test(sdp) || /^c=IN IP4 0\.0\.0\.0\s*$/m.test(sdp);
    this.phone.changed();
  }

  private become(state: CallState): void {
    this.state = state;
    this.phone.changed();
  }

  private finish(end: CallEnd): void {
    this.end = end;
    this.become('ended');
  }

  private theInvite(): HeardRequest {
    if (!this.invite) throw new Error(`${this.title()} was made here: only a call that came in can be answered`);
    return this.invite;
  }

  private async reach(word: string, states: readonly CallState[], withinMs?: number): Promise<this> {
    const probe = () => (this.state === 'ended' || states.includes(this.state) ? this.state : undefined);
    const state = await this.phone.until(`${this.title()} ${word}`, probe, withinMs, () => `state ${this.state}`);
    if (states.includes(state)) return this;
    const last = this.responses.at(-1);
    throw new Error(
      `${this.title()} ended (${JSON.stringify(this.end)}${last ? `, ${last.status} ${last.reason}` : ''}) before it was ${word}`,
    );
  }

  private title(): string {
    return `the call ${this.direction === 'out' ? 'to' : 'from'} ${this.number}`;
  }
}

const sdpType: Field = ['Content-Type', 'application/sdp'];

/** A description with that media direction, its version one higher. */
function directed(sdp: string, direction: string): string {
  const next = sdp.replace(/^o=(\S+ \S+) (\d+)/m, (_, id: string, version: string) => `o=${id} ${Number(version) + 1}`);
  return next.replace(/^a=(sendrecv|sendonly|recvonly|inactive)$/m, `a=${direction}`);
}

/** The direction that answers an offer. */
function mirrored(offer: string): string {
  const asked = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(offer)?.[1];
  return asked === 'sendonly' ? 'recvonly' : asked === 'recvonly' ? 'sendonly' : (asked ?? 'sendrecv');
}

/** A plain audio description of that phone. */
export function audioSdp(host: string, port = 20_000): string {
  return [
    'v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0', `m=audio ${port} RTP/AVP 0 8 101`,
    'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000', 'a=sendrecv', '',
  ].join('\r\n'); // prettier-ignore
}

/** The value of Refer-To that replaces another call in a transfer [RFC3891]. */
export function replacing(call: SipCall): string {
  const { callId, localTag, remoteTag, target } = call.dialog;
  const replaces = encodeURIComponent(`${callId};to-tag=${remoteTag};from-tag=${localTag}`);
  return `<${target}?Replaces=${replaces}>`;
}
