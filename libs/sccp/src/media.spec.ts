import { codecs } from './codes';
import { answeringDirection, chooseCodec, type MediaCodec, offeredCodecs, wantsSound } from './media';

const can = (...numbers: number[]) => numbers.map((codec) => ({ codec, maxFramesPerPacket: 20 }));
const codec = (payload: number, name: string, rate = 8000): MediaCodec => ({ payload, name, rate });

describe('what a phone offers', () => {
  it('names its codecs in its order, each payload type once, digits last', () => {
    const capabilities = can(25, codecs.g711Alaw, codecs.g729A, codecs.g729, codecs.g711Ulaw, codecs.rfc2833);
    expect(offeredCodecs(capabilities).map(({ name }) => name)).toEqual(['PCMA', 'G729', 'PCMU', 'telephone-event']);
  });
});

describe('the codec of a call', () => {
  const rows: [string, MediaCodec[], number[], number | undefined][] = [
    ['is the first of the offer that the phone has', [codec(9, 'G722'), codec(8, 'PCMA'), codec(0, 'PCMU')], [4, 2], 2],
    ['is found whatever the case of its name', [codec(0, 'pcmu')], [4], 4],
    ['is G.729 in the number that the phone has', [codec(18, 'G729')], [15], 15],
    ['needs the same clock', [codec(0, 'PCMU', 16000)], [4], undefined],
    ['is none when nothing fits', [codec(9, 'G722')], [4], undefined],
    ['is never that of digits', [codec(101, 'telephone-event')], [4, 257], undefined],
  ];

  it.each(rows)('%s', (_, offered, capabilities, expected) => {
    expect(chooseCodec(offered, can(...capabilities))?.compressionType).toBe(expected);
  });

  it('bears the payload types of the offer', () => {
    const chosen = chooseCodec([codec(97, 'iLBC'), codec(96, 'telephone-event')], can(codecs.ilbc, codecs.rfc2833));
    expect(chosen).toMatchObject({ codec: { payload: 97, name: 'iLBC' }, digits: { payload: 96 } });
  });

  it('has digits only where both sides have them', () => {
    expect(chooseCodec([codec(0, 'PCMU'), codec(101, 'telephone-event')], can(4))?.digits).toBeUndefined();
    expect(chooseCodec([codec(0, 'PCMU')], can(4, 257))?.digits).toBeUndefined();
  });
});

describe('directions [RFC3264 6.1]', () => {
  it.each([
    ['sendrecv', 'sendrecv', true],
    ['sendonly', 'recvonly', false],
    ['recvonly', 'sendonly', true],
    ['inactive', 'inactive', false],
  ] as const)('%s is answered %s, its writer hears: %s', (offered, answer, hears) => {
    expect(answeringDirection(offered)).toBe(answer);
    expect(wantsSound({ address: '192.0.2.1', port: 4000, codecs: [], direction: offered })).toBe(hears);
  });

  it.each([
    ['0.0.0.0', 4000],
    ['192.0.2.1', 0],
  ])('%s port %d is nowhere to send to', (address, port) => {
    expect(wantsSound({ address, port, codecs: [], direction: 'sendrecv' })).toBe(false);
  });
});
