import { deliveryOf } from './delivery';

describe('the reply subject of a delivery', () => {
  const read = { deliveries: 2, streamSeq: 14, deliverySeq: 9, storedAt: 1700000000123, pending: 3 };

  it.each([
    ['nine tokens', '$JS.ACK.LINES.follow-1.2.14.9.1700000000123456789.3'],
    ['a domain and an account', '$JS.ACK.hub.ACCT.LINES.follow-1.2.14.9.1700000000123456789.3'],
    ['a domain, an account and a token behind', '$JS.ACK.hub.ACCT.LINES.follow-1.2.14.9.1700000000123456789.3.rnd'],
  ])('with %s tells where the message lies', (_what, reply) => {
    expect(deliveryOf({ reply })).toEqual(read);
  });

  it.each([undefined, '', '_INBOX.1.2', '$JS.ACK.LINES.follow-1', '$JS.ACK.LINES.c.a.b.c.d.e', '$JS.FC.LINES.c.x'])(
    '"%s" is no delivery',
    (reply) => {
      expect(deliveryOf({ reply } as { reply?: string })).toBeUndefined();
    },
  );
});
