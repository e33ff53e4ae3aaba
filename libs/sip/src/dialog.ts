import { request as buildRequest } from './build';
import { type Via, callIdOf, cseqOf, formatNameAddr, fromTag, headerValues, parseNameAddr, toTag } from './headers';
import { type HeaderField, type SipMessage, type SipRequest, type SipResponse, header } from './message';
import { parseUri } from './uri';

/**
 * Dialogs [RFC3261 12] as plain records and functions over them. A record is JSON-serialisable: it stands in events, and
 * a restarted edge goes on with it.
 */
export interface DialogState {
  readonly state: 'early' | 'confirmed';
  readonly callId: string;
  readonly localTag: string;
  /** Empty for a peer of RFC 2543, which has none. */
  readonly remoteTag: string;
  /** The local URI with its display name as one name-addr, without the tag; what From of our requests says. */
  readonly local: string;
  /** The remote URI likewise; what To of our requests says. */
  readonly remote: string;
  /** The peer's Contact URI, byte for byte [SB-6]. */
  readonly remoteTarget: string;
  /** Values of Route, first hop first [SB-31]. */
  readonly routeSet: readonly string[];
  /** The CSeq of our last request; the next is one more. */
  readonly localCSeq: number;
  /** The CSeq of the peer's last request; absent until there was one. */
  readonly remoteCSeq?: number;
  readonly secure: boolean;
}

/** So that the first request this side sends bears 101, as Cisco's routers do [cme-presence 4.11]. */
const FIRST_CSEQ = 101;

/** A dialog's key in a table, from this side's point of view. No part of it can hold a line break. */
export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}\n${localTag}\n${remoteTag}`;
}

/** The key of the dialog a received request belongs to, or undefined if it has no To tag and belongs to none. */
export function dialogKeyOf(request: SipRequest): string | undefined {
  const callId = callIdOf(request);
  const localTag = toTag(request);
  if (callId === undefined || localTag === undefined) return undefined;
  return dialogKey(callId, localTag, fromTag(request) ?? '');
}

/**
 * The dialog a UAS makes by its answer [RFC3261 12.1.1].
 * @param response its answer with a To tag; below 200 the dialog is early.
 * @returns undefined if the request cannot make one (no Contact, unreadable Record-Route): it gets 400 [SB-33].
 */
export function uasDialog(request: SipRequest, response: SipResponse): DialogState | undefined {
  const localTag = toTag(response);
  const cseq = cseqOf(request);
  const parties = partiesOf(request, 'To', 'From');
  const remoteTarget = contactUri(request);
  const routeSet = recordRoute(request);
  if (localTag === undefined || cseq === undefined || remoteTarget === undefined) return undefined;
  if (parties === undefined || routeSet === undefined) return undefined;
  return {
    state: response.status < 200 ? 'early' : 'confirmed',
    ...parties,
    localTag,
    remoteTag: fromTag(request) ?? '',
    remoteTarget,
    routeSet,
    localCSeq: FIRST_CSEQ - 1,
    remoteCSeq: cseq.seq,
    secure: isSips(request.requestUri),
  };
}

/**
 * The dialog a UAC gets by an answer to its request [RFC3261 12.1.2].
 * @returns undefined if the answer makes none: no To tag (with 1xx), or no Contact.
 */
export function uacDialog(request: SipRequest, response: SipResponse): DialogState | undefined {
  const remoteTag = toTag(response);
  // Only a final answer of an RFC 2543 peer makes a dialog without a tag.
  if (response.status <= 100 || response.status >= 300 || (response.status < 200 && remoteTag === undefined))
    return undefined;
  return asClient(request, response, remoteTag ?? '', response.status < 200, recordRoute(response)?.reverse());
}

/**
 * The dialog a subscriber gets by a NOTIFY, which may come before the 2xx [RFC6665 4.4.1, SB-36].
 * @returns undefined if the NOTIFY does not answer this SUBSCRIBE: another Call-ID or tag, or no Contact.
 */
export function dialogOfNotify(subscribe: SipRequest, notify: SipRequest): DialogState | undefined {
  if (callIdOf(notify) !== callIdOf(subscribe) || toTag(notify) !== fromTag(subscribe)) return undefined;
  const dialog = asClient(subscribe, notify, fromTag(notify) ?? '', false, recordRoute(notify));
  const cseq = cseqOf(notify);
  return dialog && cseq && { ...dialog, remoteCSeq: cseq.seq };
}

/** An early dialog's answer came: confirmed, with the route set and target of the 2xx [RFC3261 13.2.2.4]. */
export function confirmDialog(dialog: DialogState, request: SipRequest, response: SipResponse): DialogState {
  const routeSet = recordRoute(response)?.reverse() ?? dialog.routeSet;
  return {
    ...targetRefresh(dialog, response),
    state: 'confirmed',
    routeSet,
    localCSeq: Math.max(dialog.localCSeq, cseqOf(request)?.seq ?? 0),
  };
}

function asClient(
  request: SipRequest,
  answer: SipMessage,
  remoteTag: string,
  isEarly: boolean,
  routeSet: string[] | undefined,
): DialogState | undefined {
  const localTag = fromTag(request);
  const cseq = cseqOf(request);
  const parties = partiesOf(request, 'From', 'To');
  const remoteTarget = contactUri(answer);
  if (localTag === undefined || cseq === undefined || remoteTarget === undefined) return undefined;
  if (parties === undefined || routeSet === undefined) return undefined;
  return {
    state: isEarly ? 'early' : 'confirmed',
    ...parties,
    localTag,
    remoteTag,
    remoteTarget,
    routeSet,
    localCSeq: cseq.seq,
    secure: isSips(request.requestUri),
  };
}

/** What a request of this side adds to what its dialog says. `cseq` is for an ACK, which bears its INVITE's number. */
export interface InDialogParts {
  readonly via?: Via | string;
  readonly contact?: string;
  readonly headers?: readonly HeaderField[];
  readonly contentType?: string;
  readonly body?: Buffer;
  readonly cseq?: number;
}

/**
 * A request within the dialog [RFC3261 12.2.1.1]: to the remote target along the route set, with the next CSeq.
 * @returns the dialog to go on with, the request, and the URI of the next hop it must be sent to.
 */
export function inDialogRequest(
  dialog: DialogState,
  method: string,
  parts: InDialogParts = {},
): { readonly request: SipRequest; readonly dialog: DialogState; readonly nextHop: string } {
  const { cseq: given, ...rest } = parts;
  const cseq = given ?? dialog.localCSeq + 1;
  const { uri, route, nextHop } = routeOf(dialog);
  const request = buildRequest({
    ...rest,
    method,
    uri,
    route,
    from: `${dialog.local};tag=${dialog.localTag}`,
    to: dialog.remoteTag === '' ? dialog.remote : `${dialog.remote};tag=${dialog.remoteTag}`,
    callId: dialog.callId,
    cseq,
  });
  return { request, dialog: cseq > dialog.localCSeq ? { ...dialog, localCSeq: cseq } : dialog, nextHop };
}

/** Request-URI, Route values and next hop of a request within the dialog [RFC3261 12.2.1.1]. */
export function routeOf(dialog: DialogState): { uri: string; route: readonly string[]; nextHop: string } {
  const { remoteTarget, routeSet } = dialog;
  const [first, ...others] = routeSet;
  if (first === undefined) return { uri: remoteTarget, route: routeSet, nextHop: remoteTarget };
  const hop = parseNameAddr(first)?.uri ?? first;
  if (parseUri(hop)?.params.has('lr')) return { uri: remoteTarget, route: routeSet, nextHop: hop };
  // A strict router wants itself in the Request-URI, and the target at the end of the route.
  const uri = hop.replace(/\?.*$/, '').replace(/;method=[^;]*/i, '');
  return { uri, route: [...others, `<${remoteTarget}>`], nextHop: uri };
}

/**
 * Whether a request of the peer comes in order: a CSeq below the last one is refused with 500 [RFC3261 12.2.2, SB-21].
 * An equal one passes: it is the same request, repeated to an edge that has lost the transaction.
 */
export function checkRemoteCSeq(dialog: DialogState, request: SipRequest): 'ok' | 'stale' {
  const seq = cseqOf(request)?.seq;
  // An ACK or CANCEL bears the number of its INVITE, which may be long past.
  if (request.method === 'ACK' || request.method === 'CANCEL') return 'ok';
  return seq === undefined || (dialog.remoteCSeq !== undefined && seq < dialog.remoteCSeq) ? 'stale' : 'ok';
}

const TARGET_REFRESH: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/** The dialog after a request of the peer that came in order and is accepted: its CSeq, and its Contact if it moves the target. */
export function receivedInDialog(dialog: DialogState, request: SipRequest): DialogState {
  if (request.method === 'ACK' || request.method === 'CANCEL') return dialog;
  const seq = cseqOf(request)?.seq ?? 0;
  const counted = { ...dialog, remoteCSeq: Math.max(seq, dialog.remoteCSeq ?? 0) };
  return TARGET_REFRESH.has(request.method) ? targetRefresh(counted, request) : counted;
}

/** The dialog with the Contact of a target refresh request, or of its 2xx, as remote target [RFC3261 12.2, SB-32]. */
export function targetRefresh(dialog: DialogState, message: SipMessage): DialogState {
  const remoteTarget = contactUri(message);
  return remoteTarget === undefined || remoteTarget === dialog.remoteTarget ? dialog : { ...dialog, remoteTarget };
}

function contactUri(message: SipMessage): string | undefined {
  const [first] = headerValues(message, 'Contact');
  const uri = first === undefined ? undefined : parseNameAddr(first)?.uri;
  return uri !== undefined && parseUri(uri) !== undefined ? uri : undefined;
}

/** The Record-Route values in order; undefined if one cannot be read. */
function recordRoute(message: SipMessage): string[] | undefined {
  const values = headerValues(message, 'Record-Route');
  return values.every((value) => parseNameAddr(value) !== undefined) ? values : undefined;
}

function partiesOf(
  request: SipRequest,
  localName: 'From' | 'To',
  remoteName: 'From' | 'To',
): Pick<DialogState, 'callId' | 'local' | 'remote'> | undefined {
  const callId = callIdOf(request);
  const local = addressOf(request, localName);
  const remote = addressOf(request, remoteName);
  return callId === undefined || local === undefined || remote === undefined ? undefined : { callId, local, remote };
}

/** The name-addr of From or To without its tag. */
function addressOf(request: SipRequest, name: 'From' | 'To'): string | undefined {
  const address = parseNameAddr(header(request, name) ?? '');
  return address && formatNameAddr({ ...address, params: new Map() });
}

function isSips(uri: string): boolean {
  return uri.slice(0, 5).toLowerCase() === 'sips:';
}
