/** A dialog as the phone keeps it [RFC3261 12]: a plain record, advanced by hand. */
import {
  addressOf,
  cseqOf,
  headerOf,
  idsOf,
  listOf,
  uriOf,
  type Field,
  type HeardRequest,
  type HeardResponse,
} from './sip-text';
import type { Address } from '@linewatch/sip';

export interface PhoneDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly localUri: string;
  readonly remoteUri: string;
  remoteTag?: string;
  /** Request-URI of what the phone sends in the dialog: the peer's Contact. */
  target: string;
  routes: readonly string[];
  /** The CSeq of the last request sent. */
  cseq: number;
  /** The CSeq of the last request heard. */
  remoteCSeq?: number;
}

/** Completes the caller's side with what an answer says [RFC3261 12.1.2]. */
export function learnFromResponse(dialog: PhoneDialog, response: HeardResponse): void {
  dialog.remoteTag = idsOf(response).toTag ?? dialog.remoteTag;
  const contact = headerOf(response, 'contact');
  if (contact) dialog.target = uriOf(contact);
  dialog.routes = listOf(response, 'record-route').reverse();
}

/** The called side's dialog [RFC3261 12.1.1]. */
export function dialogOfRequest(request: HeardRequest, localTag: string, localUri: string): PhoneDialog {
  return {
    callId: idsOf(request).callId,
    localTag,
    localUri,
    remoteUri: uriOf(headerOf(request, 'from') ?? ''),
    remoteTag: idsOf(request).fromTag,
    target: uriOf(headerOf(request, 'contact') ?? headerOf(request, 'from') ?? ''),
    routes: listOf(request, 'record-route'),
    cseq: 100,
    remoteCSeq: cseqOf(request),
  };
}

/** Whether a request was sent by the dialog's other side. */
export function belongsTo(dialog: PhoneDialog, request: HeardRequest): boolean {
  const { callId, fromTag, toTag } = idsOf(request);
  return callId === dialog.callId && toTag === dialog.localTag && (dialog.remoteTag ?? fromTag) === fromTag;
}

/** Where requests of the dialog go: the first route, else the peer's Contact. */
export function nextHopOf(dialog: PhoneDialog): Address {
  return addressOf(dialog.routes[0] ? uriOf(dialog.routes[0]) : dialog.target);
}

/** Route, From, To and Call-ID of a request in the dialog. */
export function fieldsOfDialog(dialog: PhoneDialog): Field[] {
  return [
    ...dialog.routes.map((route): Field => ['Route', route]),
    ['From', `<${dialog.localUri}>;tag=${dialog.localTag}`],
    ['To', `<${dialog.remoteUri}>${dialog.remoteTag === undefined ? '' : `;tag=${dialog.remoteTag}`}`],
    ['Call-ID', dialog.callId],
  ];
}
