import { cancelFor } from './hop-by-hop';
import { type SipRequest, type SipResponse, EMPTY_BODY } from './message';
import { cancelledKey, clientKey, responseKey, serverKey } from './transaction-key';

const VIA = 'SIP/2.0/UDP 192.0.2.5:5060;branch=z9hG4bKabc';
const OLD_VIA = 'SIP/2.0/UDP 192.0.2.5:5060;branch=1';
function request(
  method: string,
  over: { via?: string; uri?: string; to?: string; cseq?: number; from?: string } = {},
): SipRequest {
  return {
    kind: 'request',
    method,
    requestUri: over.uri ?? 'sip:3001@192.0.2.1',
    headers: [
      { name: 'Via', value: over.via ?? VIA },
      { name: 'From', value: over.from ?? '<sip:4002@192.0.2.1>;tag=f' },
      { name: 'To', value: over.to ?? '<sip:3001@192.0.2.1>' },
      { name: 'Call-ID', value: 'c1' },
      { name: 'CSeq', value: `${over.cseq ?? 1} ${method}` },
    ],
    body: EMPTY_BODY,
  };
}
const response = (via: string, cseq: string): SipResponse => ({
  kind: 'response',
  status: 200,
  reason: 'OK',
  headers: [
    { name: 'Via', value: via },
    { name: 'CSeq', value: cseq },
  ],
  body: EMPTY_BODY,
});

describe('[RFC3261 17.2.3] server transactions', () => {
  const invite = request('INVITE');
  const same: [string, SipRequest, SipRequest][] = [
    ['[SB-26] a retransmission is the same', request('SUBSCRIBE'), request('SUBSCRIBE')],
    ['an ACK to a refusal is its INVITE', invite, request('ACK', { to: '<sip:3001@192.0.2.1>;tag=t' })],
    [
      'the host of sent-by compares without case',
      request('INVITE', { via: VIA.replace('192.0.2.5', 'Host.A') }),
      request('INVITE', { via: VIA.replace('192.0.2.5', 'host.a') }),
    ],
    [
      '[RFC2543] a retransmission is the same',
      request('INVITE', { via: OLD_VIA }),
      request('INVITE', { via: OLD_VIA }),
    ],
    [
      '[RFC2543] an ACK with the tag of the answer is its INVITE',
      request('INVITE', { via: OLD_VIA }),
      request('ACK', { via: OLD_VIA, to: '<sip:3001@192.0.2.1>;tag=t' }),
    ],
  ];
  test.each(same)('%s', (_title, a, b) => {
    expect(serverKey(a)).toBeDefined();
    expect(serverKey(a)).toBe(serverKey(b));
  });

  const different: [string, SipRequest, SipRequest][] = [
    ['another branch', invite, request('INVITE', { via: `${VIA}2` })],
    ['another sent-by port', invite, request('INVITE', { via: VIA.replace('5060', '5062') })],
    ['another method', request('SUBSCRIBE'), request('OPTIONS')],
    ['a CANCEL, which is a transaction of its own', invite, cancelFor(invite)],
    ['[RFC2543] another CSeq', request('INVITE', { via: OLD_VIA }), request('INVITE', { via: OLD_VIA, cseq: 2 })],
    [
      '[RFC2543] another Request-URI',
      request('INVITE', { via: OLD_VIA }),
      request('INVITE', { via: OLD_VIA, uri: 'sip:5@a' }),
    ],
    [
      '[RFC2543] another From tag',
      request('INVITE', { via: OLD_VIA }),
      request('INVITE', { via: OLD_VIA, from: '<sip:4002@192.0.2.1>;tag=g' }),
    ],
  ];
  test.each(different)('%s is another transaction', (_title, a, b) => expect(serverKey(a)).not.toBe(serverKey(b)));

  test.each([VIA, OLD_VIA, 'SIP/2.0/UDP 192.0.2.5'])('[SB-94] a CANCEL finds its INVITE by %s', (via) => {
    const original = request('INVITE', { via });
    expect(cancelledKey(cancelFor(original))).toBe(serverKey(original));
  });

  test('a request without a readable Via has no key', () => {
    expect(serverKey(request('INVITE', { via: 'nonsense' }))).toBeUndefined();
    expect(serverKey({ ...invite, headers: [] })).toBeUndefined();
  });
});

describe('[RFC3261 17.1.3] client transactions', () => {
  test('a response finds its request by branch and method', () => {
    expect(responseKey(response(VIA, '7 NOTIFY'))).toBe(clientKey('z9hG4bKabc', 'NOTIFY'));
  });

  test('the 200 to a CANCEL is not an answer to its INVITE', () => {
    expect(responseKey(response(VIA, '7 CANCEL'))).not.toBe(clientKey('z9hG4bKabc', 'INVITE'));
  });

  test('[SB-99] a response without branch or CSeq is a stray', () => {
    expect(responseKey(response('SIP/2.0/UDP 192.0.2.5', '7 NOTIFY'))).toBeUndefined();
    expect(responseKey(response(VIA, 'x'))).toBeUndefined();
  });
});
