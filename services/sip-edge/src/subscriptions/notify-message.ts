import { type DialogState, type NotifyEffect, routeOf, type SubscriptionState } from '@linewatch/sip';
import { flatText } from '../flat-text';
import type { Document } from './documents';

/**
 * A NOTIFY as one concatenation: the parts that never change within a dialog are written once, the numbers and the body
 * are put between them [performance: serialise once].
 */
export interface NotifyHead {
  /** Up to the branch of the Via. */
  readonly beforeBranch: string;
  /** From after the branch up to the CSeq number. */
  readonly beforeCSeq: string;
  /** From after the method in CSeq up to the value of Subscription-State. */
  readonly beforeState: string;
  /** From after Subscription-State up to the value of Content-Length. */
  readonly beforeLength: string;
  /** The URI of the first hop. */
  readonly nextHop: string;
}

/** What this software calls itself, as Cisco's routers do in their own requests [cme-presence 4.11]. */
export const USER_AGENT = 'linewatch';

/**
 * The constant parts of a subscription's NOTIFYs [RFC3261 12.2.1.1, RFC6665 4.2.2; SB-5, SB-6, SB-7, SB-31].
 * @param viaHead the Via up to the branch
 * @param contact this edge's Contact as a name-addr
 */
export function notifyHead(
  dialog: DialogState,
  event: { readonly package: string; readonly id?: string },
  contentType: string,
  viaHead: string,
  contact: string,
): NotifyHead {
  const { uri, route, nextHop } = routeOf(dialog);
  const routes = route.map((hop) => `Route: ${hop}\r\n`).join('');
  const to = dialog.remoteTag === '' ? dialog.remote : `${dialog.remote};tag=${dialog.remoteTag}`;
  return {
    beforeBranch: flatText(`NOTIFY ${uri} SIP/2.0\r\nVia: ${viaHead}`),
    beforeCSeq: flatText(
      `\r\n${routes}Max-Forwards: 70\r\nFrom: ${dialog.local};tag=${dialog.localTag}\r\nTo: ${to}\r\n` +
        `Call-ID: ${dialog.callId}\r\nCSeq: `,
    ),
    beforeState: flatText(
      ` NOTIFY\r\nContact: ${contact}\r\nEvent: ${event.package}${event.id === undefined ? '' : `;id=${event.id}`}\r\n` +
        'Subscription-State: ',
    ),
    beforeLength: flatText(`\r\nUser-Agent: ${USER_AGENT}\r\nContent-Type: ${contentType}\r\nContent-Length: `),
    nextHop,
  };
}

/** The bytes of one NOTIFY. */
export function writeNotify(head: NotifyHead, branch: string, notify: NotifyEffect, body: Document): Buffer {
  const version = body.versioned ? String(notify.version) : '';
  return Buffer.from(
    head.beforeBranch +
      branch +
      head.beforeCSeq +
      notify.cseq +
      head.beforeState +
      stateText(notify.subscriptionState) +
      head.beforeLength +
      (body.octets + version.length) +
      '\r\n\r\n' +
      body.before +
      version +
      body.after,
    'utf8',
  );
}

/** The body of that NOTIFY as a text, for who looks at it. */
export function bodyOf({ version }: NotifyEffect, { before, after, versioned }: Document): string {
  return `${before}${versioned ? version : ''}${after}`;
}

function stateText(state: SubscriptionState): string {
  if (state.name === 'active') return `active;expires=${state.expires}`;
  const retryAfter = state.retryAfter === undefined ? '' : `;retry-after=${state.retryAfter}`;
  return `terminated;reason=${state.reason}${retryAfter}`;
}
