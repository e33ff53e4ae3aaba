import type { LegCommand } from '@linewatch/call';
import {
  cseqOf,
  header,
  headerValues,
  parseNameAddr,
  parseUri,
  reasonPhrase,
  type HeaderField,
  type SipRequest,
} from '@linewatch/sip';
import { sendInDialog } from './sip-leg-messages';
import {
  idle,
  say,
  type LegEffect,
  type LegStep,
  type Referral,
  type ReplacedDialog,
  type SipLeg,
  type UpLeg,
} from './sip-leg-state';

/** REFER within a call: the phone asks that its peer be connected elsewhere, and hears by NOTIFY how that goes [RFC3515]. */

/** Told with the first NOTIFYs; as long as phones may ring. */
const REFER_EXPIRES = 180;

/** Takes a REFER, or says what is wrong with it. */
export function takeRefer(leg: UpLeg, n: number, request: SipRequest): LegStep {
  const refuse = (status: number): LegStep => ({ state: leg, effects: [{ type: 'respond', n, status }] });
  const [referTo, ...others] = headerValues(request, 'Refer-To');
  const uri = parseUri(parseNameAddr(referTo ?? '')?.uri ?? '');
  // Exactly one Refer-To [RFC3515 2.4.1].
  if (uri?.user === undefined || uri.user.length > 256 || others.length > 0) return refuse(400);
  if (uri.params.has('method') && uri.params.get('method') !== 'INVITE') return refuse(501);
  const replaces = /(?:^|&)replaces=([^&]*)/i.exec(uri.headers)?.[1];
  const dialog = replaces === undefined ? undefined : replacedDialog(replaces);
  if (replaces !== undefined && !dialog) return refuse(400);
  if (leg.referral) return refuse(491);
  const exchange = `${leg.id}:${n}`;
  const cseq = cseqOf(request)?.seq ?? 0;
  const event = leg.referrals === 0 ? 'refer' : `refer;id=${cseq}`;
  const silent = header(request, 'Refer-Sub')?.trim().toLowerCase().startsWith('false') ?? false;
  const by = header(request, 'Referred-By');
  const refer = {
    type: 'refer',
    exchange,
    target: uri.user,
    ...(by !== undefined && by.length <= 256 && { referredBy: by }),
  } as const;
  return {
    state: { ...leg, referrals: leg.referrals + 1, referral: { exchange, event, n, silent } },
    effects: [dialog ? { type: 'refer', event: refer, dialog } : say(refer)],
  };
}

/** Reads an escaped Replaces of a URI [RFC3891 6.1]; undefined when it is none. */
function replacedDialog(escaped: string): ReplacedDialog | undefined {
  let text: string;
  try {
    text = decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
  const [callId = '', ...params] = text.split(';').map((part) => part.trim());
  const tag = (name: string) =>
    params.find((param) => param.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const [toTag, fromTag] = [tag('to-tag'), tag('from-tag')];
  return callId !== '' && toTag && fromTag ? { callId, toTag, fromTag } : undefined;
}

/** How the transfer goes: the first word accepts the REFER, the following ones are told by NOTIFY. */
export function referProgress(leg: UpLeg, command: Extract<LegCommand, { type: 'referProgress' }>): LegStep {
  const { referral } = leg;
  if (!referral || referral.exchange !== command.exchange) return idle(leg);
  const { n, ...accepted } = referral;
  const effects: LegEffect[] = [];
  if (n !== undefined) {
    const headers: HeaderField[] = [{ name: 'Contact', value: leg.contact }];
    if (referral.silent) headers.push({ name: 'Refer-Sub', value: 'false' });
    effects.push({ type: 'respond', n, status: 202, headers });
  }
  const next: UpLeg = { ...leg, referral: accepted };
  if (referral.silent) return { state: forget(next, accepted, command.status), effects };
  if (accepted.notifying !== undefined)
    return { state: { ...next, referral: { ...accepted, waiting: command.status } }, effects };
  const { state, effects: notify } = sendNotify(next, accepted, command.status);
  return { state, effects: [...effects, ...notify] };
}

export function referRefused(leg: UpLeg, command: Extract<LegCommand, { type: 'referRefused' }>): LegStep {
  const { referral, ...rest } = leg;
  if (!referral || referral.exchange !== command.exchange || referral.n === undefined) return idle(leg);
  // A redirection of a REFER would send the phone to another server.
  const status = command.status < 400 ? 480 : command.status;
  return { state: rest, effects: [{ type: 'respond', n: referral.n, status }] };
}

/** A NOTIFY was answered (or nobody answered it): the status that waited goes out, unless the phone wants none. */
export function notifyAnswered(leg: UpLeg, status: number): LegStep {
  const { referral, ...rest } = leg;
  if (!referral) return idle(leg);
  const { notifying: _answered, waiting, ...quiet } = referral;
  // Whoever refuses a NOTIFY has ended the subscription [RFC6665 4.2.2]; the transfer goes on.
  if (status >= 300) return idle(waiting !== undefined && waiting >= 200 ? rest : { ...leg, referral: mute(quiet) });
  if (waiting === undefined) return idle({ ...leg, referral: quiet });
  return sendNotify(leg, quiet, waiting);
}

/** Sends what still waits to be told, as the dialog is about to end. */
export function lastNotify<L extends SipLeg>(leg: L): { leg: L; effects: readonly LegEffect[] } {
  const { referral, dialog } = leg;
  if (referral?.waiting === undefined || !dialog) return { leg, effects: [] };
  const sent = sendInDialog(leg, dialog, 'NOTIFY', notifyParts(referral, referral.waiting));
  return { leg: sent.leg, effects: [sent.effect] };
}

function mute(referral: Referral): Referral {
  return { ...referral, silent: true };
}

function forget(leg: UpLeg, referral: Referral, status: number): UpLeg {
  if (status < 200) return { ...leg, referral };
  const { referral: _told, ...rest } = leg;
  return rest;
}

function sendNotify(leg: UpLeg, { waiting: _sent, ...referral }: Referral, status: number): LegStep {
  const sent = sendInDialog(leg, leg.dialog, 'NOTIFY', { ...notifyParts(referral, status), refreshes: true });
  return { state: forget(sent.leg, { ...referral, notifying: sent.n }, status), effects: [sent.effect] };
}

function notifyParts(
  { event }: Referral,
  status: number,
): { headers: readonly HeaderField[]; contentType: string; body: Buffer } {
  const state = status < 200 ? `active;expires=${REFER_EXPIRES}` : 'terminated;reason=noresource';
  return {
    headers: [
      { name: 'Event', value: event },
      { name: 'Subscription-State', value: state },
    ],
    contentType: 'message/sipfrag;version=2.0',
    body: Buffer.from(`SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`),
  };
}
