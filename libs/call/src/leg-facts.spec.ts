import fc from 'fast-check';
import { evolveStanding, factOfChange, initialStanding, type LegStanding } from './leg-facts';
import type { LegCommand, LegEvent } from './messages';
import { formatSdp, type MediaDirection, type SessionDescription } from './session';

function sdp(direction: MediaDirection): SessionDescription {
  const codecs = [{ payload: 0, name: 'PCMU', rate: 8000 }];
  return formatSdp({ address: '192.0.2.1', port: 4000, codecs, direction }, 1, 1);
}

const ringing: LegEvent & LegCommand = { type: 'progress', status: 180 };
const answered: LegEvent = { type: 'answered', session: sdp('sendrecv') };
const accept: LegCommand = { type: 'accept', session: sdp('sendrecv') };
const release: LegCommand = { type: 'release', cause: 'normal' };
const released: LegEvent = { type: 'released', cause: 'normal' };

/** What the line of the leg is told, message by message; a held state has a star. */
function facts(direction: 'initiator' | 'recipient', messages: readonly (LegCommand | LegEvent)[]): string[] {
  const said: string[] = [];
  let before: LegStanding | undefined;
  let standing = initialStanding(direction);
  const publish = (): void => {
    const fact = factOfChange(before, standing);
    if (fact) said.push(fact.state + (fact.held ? '*' : ''));
  };
  publish();
  for (const message of messages) {
    before = standing;
    standing = evolveStanding(before, message);
    publish();
  }
  return said;
}

const modify = (exchange: string, session?: SessionDescription): LegEvent & LegCommand => ({
  type: 'modify',
  exchange,
  ...(session && { session }),
});
const modified = (exchange: string, session: SessionDescription): LegEvent & LegCommand => ({
  type: 'modified',
  exchange,
  session,
});

describe('the facts of a leg [SB-98]', () => {
  it.each([
    [
      'a calling line is in use from its INVITE',
      'initiator',
      [ringing, accept, released],
      ['trying', 'early', 'confirmed', 'terminated'],
    ],
    [
      'a called line is in use from its ringing',
      'recipient',
      [ringing, answered, release],
      ['early', 'confirmed', 'terminated'],
    ],
    ['ringing twice is said once', 'recipient', [ringing, ringing, release], ['early', 'terminated']],
    ['an answer without ringing is in use too', 'recipient', [answered, released], ['confirmed', 'terminated']],
    ['a phone that never rang says nothing', 'recipient', [{ type: 'refused', status: 486 }], []],
    ['a refused caller is idle again', 'initiator', [{ type: 'refuse', status: 404 }], ['trying', 'terminated']],
    ['a cancelled fork is idle again', 'recipient', [ringing, release, answered, released], ['early', 'terminated']],
    [
      'hold and resume show, whoever asks',
      'recipient',
      [
        answered,
        modify('h', sdp('sendonly')),
        modified('h', sdp('recvonly')),
        modify('r', sdp('sendrecv')),
        modified('r', sdp('sendrecv')),
      ],
      ['confirmed', 'confirmed*', 'confirmed'],
    ],
    [
      'a refused hold is no hold',
      'recipient',
      [answered, modify('h', sdp('sendonly')), { type: 'modifyRefused', exchange: 'h', status: 491 }],
      ['confirmed'],
    ],
    [
      'a late offer that says hold is one',
      'recipient',
      [
        answered,
        modify('h'),
        modified('h', sdp('inactive')),
        { type: 'confirmed', exchange: 'h', session: sdp('inactive') },
      ],
      ['confirmed', 'confirmed*'],
    ],
    [
      'a late offer without hold ends the hold when it is answered',
      'initiator',
      [
        accept,
        modify('h', sdp('sendonly')),
        modified('h', sdp('recvonly')),
        modify('r'),
        modified('r', sdp('sendrecv')),
        { type: 'confirm', exchange: 'r', session: sdp('sendrecv') },
      ],
      ['trying', 'confirmed', 'confirmed*', 'confirmed'],
    ],
  ] as [string, 'initiator' | 'recipient', (LegCommand | LegEvent)[], string[]][])(
    '%s',
    (_title, direction, messages, expected) => {
      expect(facts(direction, messages)).toEqual(expected);
    },
  );

  it('never go back in rank, and end with terminated when any was said', () => {
    const message = fc.constantFrom<LegCommand | LegEvent>(
      ringing,
      answered,
      accept,
      modify('h', sdp('sendonly')),
      modified('h', sdp('recvonly')),
      { type: 'alive' },
    );
    const ranks = ['trying', 'early', 'confirmed', 'terminated'];
    fc.assert(
      fc.property(fc.constantFrom('initiator', 'recipient'), fc.array(message), (direction, messages) => {
        const said = facts(direction, [...messages, released]).map((fact) => ranks.indexOf(fact.replace('*', '')));
        expect(said).toEqual([...said].sort());
        if (said.length > 0) expect(said.at(-1)).toBe(3);
      }),
    );
  });
});
