import { formatSdp, parseSdp, type LegCommand } from '@linewatch/call';
import type { MediaDescription } from '@linewatch/sccp';
import { isLast, legEventOf, stationCommandOf } from './leg-words';
import { mediaOf, SessionWriter } from './sessions';

const media: MediaDescription = {
  address: '192.0.2.10',
  port: 24_576,
  codecs: [{ payload: 0, name: 'PCMU', rate: 8000 }],
  ptime: 20,
  direction: 'sendrecv',
};
const session = formatSdp(media, 1, 1);

describe('between a controller and a station', () => {
  it.each<[LegCommand]>([
    [{ type: 'progress', status: 183, session }],
    [{ type: 'accept', session }],
    [{ type: 'refuse', status: 486, reason: 'Busy Here' }],
    [{ type: 'confirm', session }],
    [{ type: 'modify', exchange: 'x', session }],
    [{ type: 'modified', exchange: 'x', session }],
    [{ type: 'info', exchange: 'x', contentType: 'application/dtmf-relay', body: 'Signal=1' }],
    [{ type: 'release', cause: 'normal' }],
  ])('a command bears media in place of a description: %j', (command) => {
    const told = stationCommandOf(command) as unknown as Record<string, unknown>;
    expect(told['type']).toBe(command.type);
    expect(told['session']).toBeUndefined();
    if ('session' in command && command.type !== 'progress') expect(told['media']).toEqual(media);
  });

  it('an offer is no command: it makes the leg', () => {
    const target = { kind: 'dial-peer', tag: 1, number: '9' } as const;
    expect(stationCommandOf({ type: 'offer', target, caller: { number: '1' }, called: '2' })).toBeUndefined();
  });

  it('a description without audio is one that nothing can be agreed on with', () => {
    expect(mediaOf({ contentType: 'application/sdp', body: 'v=0\r\n' }).codecs).toEqual([]);
  });

  it('what a station says of its media goes out as a description', () => {
    const event = legEventOf({ type: 'modify', exchange: 'x', media }, new SessionWriter(7));
    expect(event).toMatchObject({ type: 'modify', exchange: 'x' });
    expect('session' in event && event.session && parseSdp(event.session.body)).toEqual(media);
    expect(legEventOf({ type: 'confirmed' }, new SessionWriter(7))).toEqual({ type: 'confirmed' });
  });

  it('the version of a session rises with its changes alone [RFC3264 8]', () => {
    const writer = new SessionWriter(7);
    const versions = [media, media, { ...media, port: 24_578 }, media].map(
      (each) => /^o=- 7 (\d+) /m.exec(writer.write(each).body)?.[1],
    );
    expect(versions).toEqual(['1', '1', '2', '3']);
  });

  it('a leg ends with a refusal or a release', () => {
    expect([
      isLast({ type: 'refused', status: 486 }),
      isLast({ type: 'released', cause: 'normal' }),
      isLast({ type: 'alive' }),
    ]).toEqual([true, true, false]);
  });
});
