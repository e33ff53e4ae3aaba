import * as fc from 'fast-check';
import { responseTo } from './build';
import {
  type DialogState,
  checkRemoteCSeq,
  confirmDialog,
  dialogKey,
  dialogKeyOf,
  dialogOfNotify,
  inDialogRequest,
  receivedInDialog,
  uacDialog,
  uasDialog,
} from './dialog';
import { headerValues } from './headers';
import { type HeaderField, type SipRequest, EMPTY_BODY, header } from './message';

const field = (name: string, value: string): HeaderField => ({ name, value });
const CONTACT = 'sip:2101@192.0.2.21:5060;transport=udp;x=%41';
function request(
  method: string,
  over: { cseq?: number; contact?: string | null; more?: HeaderField[]; to?: string } = {},
): SipRequest {
  return {
    kind: 'request',
    method,
    requestUri: 'sip:1001@192.0.2.1',
    headers: [
      field('Via', 'SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bK1'),
      ...(over.more ?? []),
      field('From', '"Anna \\"x\\"" <sip:2101@192.0.2.1>;tag=f1'),
      field('To', over.to ?? 'sip:1001@192.0.2.1'),
      field('Call-ID', 'c1@192.0.2.21'),
      field('CSeq', `${over.cseq ?? 1000} ${method}`),
      ...(over.contact === null ? [] : [field('Contact', over.contact ?? `<${CONTACT}>;expires=60`)]),
    ],
    body: EMPTY_BODY,
  };
}
const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('expected a value');
  return value;
};
const subscribe = request('SUBSCRIBE');
const ok = (to: SipRequest, headers: HeaderField[] = []) => responseTo(to, 200, 'OK', { toTag: 't1', headers });
const routes = [
  field('Record-Route', '<sip:p2.example;lr>, <sip:p1.example:5070;lr>'),
  field('Record-Route', '<sip:p0.example;lr>'),
];

describe('[RFC3261 12.1] a dialog is made', () => {
  test('[SB-5, SB-6] by a UAS: tags, parties and target are those of the request, seen from the other side', () => {
    expect(uasDialog(subscribe, ok(subscribe))).toEqual({
      state: 'confirmed',
      callId: 'c1@192.0.2.21',
      localTag: 't1',
      remoteTag: 'f1',
      local: '<sip:1001@192.0.2.1>',
      remote: '"Anna \\"x\\"" <sip:2101@192.0.2.1>',
      remoteTarget: CONTACT,
      routeSet: [],
      localCSeq: 100,
      remoteCSeq: 1000,
      secure: false,
    });
  });

  test('[SB-31] the route set of a UAS is the Record-Route in its order', () => {
    const routed = request('SUBSCRIBE', { more: routes });
    expect(uasDialog(routed, ok(routed))?.routeSet).toEqual([
      '<sip:p2.example;lr>',
      '<sip:p1.example:5070;lr>',
      '<sip:p0.example;lr>',
    ]);
  });

  test('by a UAC: route set reversed, target from the answer, CSeq goes on', () => {
    const answer = ok(subscribe, [...routes, field('Contact', '<sip:1001@192.0.2.1:5062>')]);
    expect(uacDialog(subscribe, answer)).toMatchObject({
      state: 'confirmed',
      localTag: 'f1',
      remoteTag: 't1',
      local: '"Anna \\"x\\"" <sip:2101@192.0.2.1>',
      remote: '<sip:1001@192.0.2.1>',
      remoteTarget: 'sip:1001@192.0.2.1:5062',
      routeSet: ['<sip:p0.example;lr>', '<sip:p1.example:5070;lr>', '<sip:p2.example;lr>'],
      localCSeq: 1000,
    });
  });

  test('[SB-36] by a NOTIFY that overtakes the 2xx', () => {
    const notify: SipRequest = {
      ...request('NOTIFY', { cseq: 7 }),
      headers: [
        field('From', '<sip:1001@192.0.2.1>;tag=t1'),
        field('To', '<sip:2101@192.0.2.1>;tag=f1'),
        field('Call-ID', 'c1@192.0.2.21'),
        field('CSeq', '7 NOTIFY'),
        field('Contact', '<sip:1001@192.0.2.9>'),
        ...routes,
      ],
    };
    expect(dialogOfNotify(subscribe, notify)).toMatchObject({
      localTag: 'f1',
      remoteTag: 't1',
      remoteTarget: 'sip:1001@192.0.2.9',
      localCSeq: 1000,
      remoteCSeq: 7,
      routeSet: ['<sip:p2.example;lr>', '<sip:p1.example:5070;lr>', '<sip:p0.example;lr>'],
    });
    expect(dialogOfNotify({ ...subscribe, headers: [field('Call-ID', 'other')] }, notify)).toBeUndefined();
  });

  test('early by a 1xx with a tag, and confirmed by the 2xx with its route set and target', () => {
    const invite = request('INVITE');
    const ringing = responseTo(invite, 180, 'Ringing', {
      toTag: 't1',
      headers: [field('Contact', '<sip:a@192.0.2.7>')],
    });
    const early = must(uacDialog(invite, ringing));
    expect(early).toMatchObject({ state: 'early', remoteTarget: 'sip:a@192.0.2.7' });
    const answer = ok(invite, [field('Contact', '<sip:b@192.0.2.8>'), field('Record-Route', '<sip:p.example;lr>')]);
    expect(confirmDialog({ ...early, localCSeq: 1005 }, invite, answer)).toMatchObject({
      state: 'confirmed',
      remoteTarget: 'sip:b@192.0.2.8',
      routeSet: ['<sip:p.example;lr>'],
      localCSeq: 1005,
    });
  });

  test.each([
    ['[SB-33] no Contact', request('SUBSCRIBE', { contact: null })],
    ['a Contact of *', request('SUBSCRIBE', { contact: '*' })],
    ['a Contact that is no URI', request('SUBSCRIBE', { contact: '<nonsense>' })],
    ['an unreadable Record-Route', request('SUBSCRIBE', { more: [field('Record-Route', '<<>')] })],
  ])('by no request with %s', (_title, bad) => expect(uasDialog(bad, ok(bad))).toBeUndefined());

  test('by no 100, and no refusal', () => {
    const contact = [field('Contact', '<sip:a@192.0.2.7>')];
    expect(uacDialog(subscribe, responseTo(subscribe, 100, 'Trying', { headers: contact }))).toBeUndefined();
    expect(
      uacDialog(subscribe, responseTo(subscribe, 403, 'Forbidden', { toTag: 't', headers: contact })),
    ).toBeUndefined();
  });
});

const dialog: DialogState = must(uasDialog(subscribe, ok(subscribe)));

describe('[RFC3261 12.2.1.1] a request within the dialog', () => {
  test('[SB-5, SB-6] bears the tags, the next CSeq and the target byte for byte', () => {
    const step = inDialogRequest(dialog, 'NOTIFY', {
      via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK9',
      contact: '<sip:192.0.2.1>',
    });
    expect(step.request).toMatchObject({ method: 'NOTIFY', requestUri: CONTACT });
    expect(header(step.request, 'From')).toBe('<sip:1001@192.0.2.1>;tag=t1');
    expect(header(step.request, 'To')).toBe('"Anna \\"x\\"" <sip:2101@192.0.2.1>;tag=f1');
    expect(header(step.request, 'CSeq')).toBe('101 NOTIFY');
    expect(header(step.request, 'Contact')).toBe('<sip:192.0.2.1>');
    expect(step.nextHop).toBe(CONTACT);
    expect(step.dialog.localCSeq).toBe(101);
  });

  const hops: [string, string[], { uri: string; route: string[]; nextHop: string }][] = [
    [
      '[SB-31] loose routing keeps the target and goes to the first hop',
      ['<sip:p1.example;lr>', '<sip:p0.example;lr>'],
      { uri: CONTACT, route: ['<sip:p1.example;lr>', '<sip:p0.example;lr>'], nextHop: 'sip:p1.example;lr' },
    ],
    [
      'a strict router stands in the Request-URI, the target at the end',
      ['<sip:p1.example;method=INVITE>', '<sip:p0.example;lr>'],
      { uri: 'sip:p1.example', route: ['<sip:p0.example;lr>', `<${CONTACT}>`], nextHop: 'sip:p1.example' },
    ],
  ];
  test.each(hops)('%s', (_title, routeSet, expected) => {
    const { request: built, nextHop } = inDialogRequest({ ...dialog, routeSet }, 'BYE');
    expect({ uri: built.requestUri, route: headerValues(built, 'Route'), nextHop }).toEqual(expected);
  });

  test('an ACK bears the number of its INVITE and leaves the count alone', () => {
    const step = inDialogRequest({ ...dialog, localCSeq: 105 }, 'ACK', { cseq: 103 });
    expect(header(step.request, 'CSeq')).toBe('103 ACK');
    expect(step.dialog.localCSeq).toBe(105);
  });

  test('[SB-27] CSeq rises strictly, also after the record went through JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), (restarts) => {
        let state = dialog;
        let last = state.localCSeq;
        for (const restart of restarts) {
          if (restart) state = JSON.parse(JSON.stringify(state)) as DialogState;
          const step = inDialogRequest(state, 'NOTIFY');
          expect(step.dialog.localCSeq).toBeGreaterThan(last);
          last = step.dialog.localCSeq;
          state = step.dialog;
        }
      }),
    );
  });
});

describe('[RFC3261 12.2.2] a request of the peer within the dialog', () => {
  test.each([
    [999, 'SUBSCRIBE', 'stale'],
    [1000, 'SUBSCRIBE', 'ok'],
    [1001, 'SUBSCRIBE', 'ok'],
    [5000, 'SUBSCRIBE', 'ok'],
    [999, 'ACK', 'ok'],
  ])('[SB-21] CSeq %d of %s after 1000 is %s', (cseq, method, verdict) => {
    expect(checkRemoteCSeq(dialog, request(method, { cseq }))).toBe(verdict);
  });

  test('[SB-32] a refresh with a new Contact moves the target', () => {
    const moved = receivedInDialog(dialog, request('SUBSCRIBE', { cseq: 1001, contact: '<sip:2101@192.0.2.99>' }));
    expect(moved).toEqual({ ...dialog, remoteCSeq: 1001, remoteTarget: 'sip:2101@192.0.2.99' });
  });

  test('a BYE counts but does not move the target, and an ACK does neither', () => {
    const contact = '<sip:2101@192.0.2.99>';
    expect(receivedInDialog(dialog, request('BYE', { cseq: 1002, contact }))).toEqual({ ...dialog, remoteCSeq: 1002 });
    expect(receivedInDialog(dialog, request('ACK', { cseq: 1002, contact }))).toBe(dialog);
  });

  test('it finds its dialog by Call-ID and tags, as this side sees them', () => {
    const key = dialogKeyOf(request('SUBSCRIBE', { to: '<sip:1001@192.0.2.1>;tag=t1' }));
    expect(key).toBe(dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag));
    expect(dialogKeyOf(subscribe)).toBeUndefined();
  });
});
