import { type HeaderField, type SipRequest, type SipResponse, EMPTY_BODY, header } from './message';

/** The two requests that belong to an INVITE's own hop and copy most of it: ACK of a refusal, and CANCEL. */

/**
 * The ACK to a response of 300 to 699 [RFC3261 17.1.1.3, SB-95]: the INVITE's Request-URI, top Via, From, Call-ID, Route
 * and CSeq number, and the response's To with its tag.
 */
export function ackForFailure(invite: SipRequest, response: SipResponse): SipRequest {
  return onSameHop(invite, 'ACK', header(response, 'To') ?? header(invite, 'To') ?? '');
}

/**
 * The CANCEL of a pending INVITE [RFC3261 9.1]: on its branch and route, with its To as it was sent. Send it only after
 * a provisional response has come.
 */
export function cancelFor(invite: SipRequest): SipRequest {
  return onSameHop(invite, 'CANCEL', header(invite, 'To') ?? '');
}

function onSameHop(invite: SipRequest, method: string, to: string): SipRequest {
  const headers: HeaderField[] = [];
  let hasVia = false;
  for (const field of invite.headers) {
    if (field.name === 'Via') {
      // One Via, the INVITE's topmost [RFC3261 17.1.1.3].
      if (!hasVia) headers.push(field);
      hasVia = true;
    } else if (field.name === 'To') {
      headers.push({ name: 'To', value: to });
    } else if (field.name === 'CSeq') {
      headers.push({ name: 'CSeq', value: `${parseInt(field.value, 10)} ${method}` });
    } else if (field.name === 'From' || field.name === 'Call-ID' || field.name === 'Route') {
      headers.push(field);
    }
  }
  headers.push({ name: 'Max-Forwards', value: '70' });
  return { kind: 'request', method, requestUri: invite.requestUri, headers, body: EMPTY_BODY };
}
