import type { SessionDescription } from '@linewatch/call';
import {
  header,
  inDialogRequest,
  type DialogState,
  type HeaderField,
  type SipMessage,
  type SipRequest,
} from '@linewatch/sip';
import { baseOf, type LegEffect, type SentAck, type SipLeg } from './sip-leg-state';

/** What legs read from messages and write into them. */

/** Methods that a call takes within its dialog, as Allow says. */
export const CALL_METHODS = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY';

export const ALLOW: HeaderField = { name: 'Allow', value: CALL_METHODS };
const SUPPORTED: HeaderField = { name: 'Supported', value: 'norefersub' };
const SDP = 'application/sdp';

/** More than this in one description is refused: it would not pass the bus. */
const MAX_BODY = 65_536;

/** Contact, Allow and Supported, which go with what makes or moves a dialog [RFC3261 13.2.1, 13.3.1]. */
export function dialogHeaders(contact: string): readonly HeaderField[] {
  return [{ name: 'Contact', value: contact }, ALLOW, SUPPORTED];
}

/** A method's own retry advice: with a 500 to a request that came too early [RFC3261 14.2]. */
export const RETRY_SOON: readonly HeaderField[] = [{ name: 'Retry-After', value: '2' }];

/** The media type of the body in lower case, without parameters; undefined when there is no body. */
export function bodyType(message: SipMessage): string | undefined {
  if (message.body.length === 0) return undefined;
  return (header(message, 'Content-Type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The session description in a message, if it has one. */
export function sessionOf(message: SipMessage): SessionDescription | undefined {
  if (bodyType(message) !== SDP || message.body.length > MAX_BODY) return undefined;
  return { contentType: SDP, body: message.body.toString('utf8') };
}

/** Why the body of an INVITE or UPDATE cannot be taken: the status and headers of its answer. */
export function bodyProblem(request: SipRequest): { status: number; headers?: readonly HeaderField[] } | undefined {
  const type = bodyType(request);
  if (type === undefined) return undefined;
  if (type !== SDP) return { status: 415, headers: [{ name: 'Accept', value: SDP }] };
  const encoding = header(request, 'Content-Encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return { status: 415, headers: [{ name: 'Accept-Encoding', value: 'identity' }] };
  return request.body.length > MAX_BODY ? { status: 413 } : undefined;
}

/** Body parts of a request that carries this session, if any. */
export function sessionParts(session: SessionDescription | undefined): { contentType?: string; body?: Buffer } {
  return session ? { contentType: session.contentType, body: Buffer.from(session.body, 'utf8') } : {};
}

/** Parts of a request within a dialog. */
interface Parts {
  readonly headers?: readonly HeaderField[];
  readonly contentType?: string;
  readonly body?: Buffer;
  /** Whether it is a target refresh request, which carries Contact [RFC3261 12.2.1.1]. */
  readonly refreshes?: boolean;
}

/** Sends a request within the dialog: the leg after it, the request's number, and the effect. */
export function sendInDialog<L extends SipLeg>(
  leg: L,
  dialog: DialogState,
  method: string,
  { refreshes, ...parts }: Parts = {},
): { leg: L; n: number; cseq: number; effect: LegEffect } {
  const n = leg.serial + 1;
  const made = inDialogRequest(dialog, method, { ...parts, ...(refreshes && { contact: leg.contact }) });
  const effect: LegEffect = { type: 'send', n, request: made.request, nextHop: made.nextHop };
  return { leg: { ...leg, serial: n, dialog: made.dialog }, n, cseq: made.dialog.localCSeq, effect };
}

const CREDENTIALS: ReadonlySet<string> = new Set(['Authorization', 'Proxy-Authorization']);

/** How many ACKs are kept for a 2xx that comes again: those of the last INVITEs, of every phone that took them. */
const MAX_ACKS = 4;

/** Acknowledges the 2xx to this side's INVITE `n` of that CSeq, and keeps the ACK for its repeats [RFC3261 13.2.2.4]. */
export function acknowledge<L extends SipLeg>(
  leg: L,
  dialog: DialogState,
  n: number,
  cseq: number,
  session?: SessionDescription,
): { leg: L; effect: LegEffect } {
  // With the credentials of its INVITE [RFC3261 13.2.2.4, 22.1].
  const headers = n === leg.invited?.n ? leg.invited.request.headers.filter(({ name }) => CREDENTIALS.has(name)) : [];
  const { request: ack, nextHop } = inDialogRequest(dialog, 'ACK', { cseq, headers, ...sessionParts(session) });
  const sent: SentAck = { n, ack, nextHop };
  const acks = [...leg.acks, sent].slice(-MAX_ACKS);
  return { leg: { ...leg, acks }, effect: { type: 'acknowledge', ack, nextHop } };
}

/** The leg without what waits for answers of the phone: the phone's own requests are answered, as the leg ends. */
export function answerPending(leg: SipLeg): readonly LegEffect[] {
  const { theirs, pending, referral } = baseOf(leg);
  const effects: LegEffect[] = [];
  // Requests that wait when a dialog ends are answered 487 [RFC3261 15.1.2].
  const refuse = (n: number): void => void effects.push({ type: 'respond', n, status: 487 });
  if (theirs) refuse(theirs.n);
  for (const each of pending) if (each.kind === 'info-asked') refuse(each.n);
  if (referral?.n !== undefined) refuse(referral.n);
  return effects;
}
