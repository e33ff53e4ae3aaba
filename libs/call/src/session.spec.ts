import fc from 'fast-check';
import { formatSdp, isHeld, parseSdp, type AudioDescription, type SessionDescription } from './session';

const lines = (...text: string[]): string => `${text.join('\r\n')}\r\n`;
const sdp = (body: string): SessionDescription => ({ contentType: 'application/sdp', body });

const phoneOffer = lines(
  'v=0',
  'o=Cisco-SIPUA 9901 0 IN IP4 192.0.2.11',
  's=SIP Call',
  't=0 0',
  'm=audio 21388 RTP/AVP 0 8 18 101',
  'c=IN IP4 192.0.2.11',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:18 G729/8000',
  'a=fmtp:18 annexb=no',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
  'a=sendrecv',
  'm=video 0 RTP/AVP 97',
  'a=inactive',
);

describe('parseSdp', () => {
  it('reads the first audio stream of a desk phone', () => {
    expect(parseSdp(phoneOffer)).toEqual({
      address: '192.0.2.11',
      port: 21388,
      codecs: [
        { payload: 0, name: 'PCMU', rate: 8000 },
        { payload: 8, name: 'PCMA', rate: 8000 },
        { payload: 18, name: 'G729', rate: 8000, parameters: 'annexb=no' },
        { payload: 101, name: 'telephone-event', rate: 8000, parameters: '0-15' },
      ],
      ptime: 20,
      direction: 'sendrecv',
    });
  });

  it('takes address and direction of the session where the stream has none', () => {
    const body = lines('v=0', 'c=IN IP6 2001:db8::1', 'a=recvonly', 'm=audio 4000 RTP/SAVP 9');
    expect(parseSdp(body)).toMatchObject({ address: '2001:db8::1', direction: 'recvonly' });
  });

  it('lets the stream’s own address and direction win over the session’s', () => {
    const body = lines(
      'c=IN IP4 192.0.2.1',
      'a=inactive',
      'm=audio 4000 RTP/AVP 0',
      'c=IN IP4 192.0.2.2',
      'a=sendonly',
    );
    expect(parseSdp(body)).toMatchObject({ address: '192.0.2.2', direction: 'sendonly' });
  });

  it('takes the direction to be sendrecv when nothing is said [RFC8866 6.7]', () => {
    expect(parseSdp('c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n')).toMatchObject({ direction: 'sendrecv' });
  });

  it.each([
    ['nothing', ''],
    ['no audio', lines('c=IN IP4 192.0.2.1', 'm=video 4000 RTP/AVP 97')],
    ['no address', lines('m=audio 4000 RTP/AVP 0')],
    ['a port out of range', lines('c=IN IP4 192.0.2.1', 'm=audio 70000 RTP/AVP 0')],
    ['a stream that is no RTP', lines('c=IN IP4 192.0.2.1', 'm=audio 4000 TCP 0')],
  ])('gives undefined for a text with %s', (_what, body) => {
    expect(parseSdp(body)).toBeUndefined();
  });

  it('never throws', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('m=audio', 'm=audio 1 RTP/AVP ', 'c=IN IP4', 'a=rtpmap:', 'a=ptime:x'),
    );
    fc.assert(fc.property(fc.array(line), (text) => void parseSdp(text.join('\n'))));
  });
});

const audio: fc.Arbitrary<AudioDescription> = fc.record(
  {
    address: fc.oneof(fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 0, max: 65_535 }),
    codecs: fc.uniqueArray(
      fc.record(
        {
          payload: fc.integer({ min: 0, max: 127 }),
          name: fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/),
          rate: fc.constantFrom(8000, 16_000, 48_000),
          parameters: fc.stringMatching(/^[a-z0-9=;-]{1,20}$/),
        },
        { requiredKeys: ['payload', 'name', 'rate'] },
      ),
      { selector: (codec) => codec.payload, minLength: 1, maxLength: 8 },
    ),
    ptime: fc.constantFrom(10, 20, 30),
    direction: fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive'),
  },
  { requiredKeys: ['address', 'port', 'codecs', 'direction'] },
);

describe('formatSdp', () => {
  it('writes what parseSdp reads', () => {
    fc.assert(fc.property(audio, (each) => expect(parseSdp(formatSdp(each, 1, 1).body)).toEqual(each)));
  });

  it('has the mandatory lines in their order [RFC8866 5]', () => {
    const codecs = [{ payload: 0, name: 'PCMU', rate: 8000 }];
    const { body } = formatSdp({ address: '192.0.2.1', port: 4000, codecs, direction: 'sendrecv', ptime: 20 }, 7, 2);
    expect(body).toBe(
      lines(
        'v=0',
        'o=- 7 2 IN IP4 192.0.2.1',
        's=-',
        'c=IN IP4 192.0.2.1',
        't=0 0',
        'm=audio 4000 RTP/AVP 0',
        'a=rtpmap:0 PCMU/8000',
        'a=ptime:20',
        'a=sendrecv',
      ),
    );
  });
});

describe('isHeld', () => {
  it.each([
    ['sendrecv', '192.0.2.1', false],
    ['sendonly', '192.0.2.1', true],
    ['recvonly', '192.0.2.1', true],
    ['inactive', '192.0.2.1', true],
    ['sendrecv', '0.0.0.0', true],
  ])('of %s at %s is %s', (direction, address, held) => {
    expect(isHeld(sdp(lines(`c=IN IP4 ${address}`, 'm=audio 4000 RTP/AVP 0', `a=${direction}`)))).toBe(held);
  });

  it('is false of a text without audio', () => {
    expect(isHeld(sdp('v=0'))).toBe(false);
  });
});
