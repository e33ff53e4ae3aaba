import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory } from '@linewatch/edge';
import type { Lamp } from '@linewatch/presence';
import type { DebugSubject, DebugTap } from '@linewatch/runtime';
import { debuggedLamps } from './lamp-debug';
import type { LampPlace, Watched } from './watch';

const commands = ['ephone 1', ' mac-address 0012.7F57.62A5', 'ephone 7', ' mac-address 0012.7F57.62A7'];
const directory = new Directory(applyCommands(emptyConfig(), commands).config);

function linesOf(
  lamp: Lamp,
  { device = 'ephone:7', place = { kind: 'key', instance: 4 } as LampPlace, isOn = true } = {},
) {
  const told: string[] = [];
  const wanted: DebugSubject[] = [];
  const tap = {
    isOn,
    tell: (subject: DebugSubject, make: () => readonly string[]) => {
      wanted.push(subject);
      told.push(...make());
    },
  } as DebugTap;
  const recorded: number[] = [];
  const notified: number[] = [];
  const debug = { tap, notified: (_watched: unknown, { number }: { number: number }) => void notified.push(number) };
  const record = debuggedLamps((_watched, { cseq }) => void recorded.push(cseq), debug, directory);
  record({ subId: 16, watch: { device, place } } as Watched, { cseq: 3, view: { lamp } }, 200);
  return { told, wanted, recorded, notified };
}

describe('debug ephone blf [cme-presence 5.4]', () => {
  it.each<[Lamp, number, number]>([
    [{ state: 'idle', dnd: false }, 1, 1],
    [{ state: 'in-use', dnd: false }, 6, 2],
    [{ state: 'unknown', dnd: false }, 0, 0],
    [{ state: 'idle', dnd: true }, 7, 3],
    [{ state: 'in-use', dnd: true }, 7, 3],
  ])('prints five lines for a lamp that shows %j', (lamp, lineStatus, status) => {
    const { told, wanted, recorded, notified } = linesOf(lamp);
    expect(told).toEqual([
      'skinny_asnl_callback: subID 16 type 4',
      'ASNL_RESP_NOTIFY_INDICATION',
      'ephone-7[1]:ASNL notify indication message, feature index 4, subID [16]',
      `ephone-7[1]:line status ${lineStatus}, subID [16]`,
      `ephone-7[1]:StationFeatureStatV2Message sent, status ${status}`,
    ]);
    expect(wanted).toEqual([{ kind: 'ephone-blf', mac: '00127f5762a7' }]);
    expect([recorded, notified]).toEqual([[3], [3]]);
  });

  it('names the message of a call list, and its transaction', () => {
    const { told } = linesOf(
      { state: 'idle', dnd: false },
      { device: 'ephone:1', place: { kind: 'call-list', transactionID: 9 } },
    );
    expect(told[2]).toBe('ephone-1[0]:ASNL notify indication message, feature index 9, subID [16]');
    expect(told[4]).toBe('ephone-1[0]:StationNotificationMessage sent, status 1');
  });

  it('prints nothing, and records as ever, while nobody debugs', () => {
    expect(linesOf({ state: 'idle', dnd: false }, { isOn: false })).toEqual({
      told: [],
      wanted: [],
      recorded: [3],
      notified: [],
    });
  });
});
