import * as fc from 'fast-check';
import { type DialogView, dialogsToTell, readDialogInfo, renderDialogInfo, sameDialogs } from './dialog-info';

const entity = 'sip:3001@192.0.2.1';
const ringing: DialogView = {
  id: 'leg-1',
  callId: 'a84b4c76e66710@192.0.2.5',
  localTag: 'l1',
  remoteTag: 'r1',
  direction: 'recipient',
  state: 'early',
  local: { identity: entity },
  remote: { identity: 'sip:4002@192.0.2.1', display: 'Bob & "Sue"', target: 'sip:4002@192.0.2.9:5060;transport=udp' },
};
const text = (document: { before: string; after: string }, version: number): string =>
  document.before + String(version) + document.after;

describe('[RFC4235 4] dialog-info documents', () => {
  test('[SB-51] an idle line is a full document without dialogs', () => {
    expect(text(renderDialogInfo(entity, 'full', []), 0)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0"' +
        ' state="full" entity="sip:3001@192.0.2.1">\n</dialog-info>\n',
    );
  });

  test('[SB-55] a ringing line tells direction, identifiers, identities and targets, all escaped', () => {
    expect(text(renderDialogInfo(entity, 'partial', [ringing]), 7)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="7"' +
        ' state="partial" entity="sip:3001@192.0.2.1">\n' +
        '<dialog id="leg-1" call-id="a84b4c76e66710@192.0.2.5" local-tag="l1" remote-tag="r1" direction="recipient">\n' +
        '<state>early</state>\n' +
        '<local><identity>sip:3001@192.0.2.1</identity><target uri="sip:3001@192.0.2.1"></target></local>\n' +
        '<remote><identity display="Bob &amp; &quot;Sue&quot;">sip:4002@192.0.2.1</identity>' +
        '<target uri="sip:4002@192.0.2.9:5060;transport=udp"></target></remote>\n</dialog>\n</dialog-info>\n',
    );
  });

  test('[RFC4235 4.1.6] a held dialog says so by the rendering parameter of its local target', () => {
    const held: DialogView = { ...ringing, state: 'confirmed', held: true };
    expect(renderDialogInfo(entity, 'full', [held]).after).toContain('<param pname="+sip.rendering" pvalue="no"/>');
    expect(readDialogInfo(text(renderDialogInfo(entity, 'full', [held]), 1))?.dialogs[0]?.held).toBe(true);
  });
});

const anyParty = fc.record(
  { identity: fc.string({ minLength: 1 }), target: fc.string() },
  { requiredKeys: ['identity'] },
);
const anyDialog = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c', '<&>'),
    callId: fc.string(),
    localTag: fc.string(),
    remoteTag: fc.string(),
    direction: fc.constantFrom('initiator' as const, 'recipient' as const),
    state: fc.constantFrom('trying', 'proceeding', 'early', 'confirmed', 'terminated') as fc.Arbitrary<
      DialogView['state']
    >,
    held: fc.boolean(),
    local: anyParty,
    remote: anyParty,
  },
  { requiredKeys: ['id', 'direction', 'state', 'local'] },
);
const anyDialogs = fc.uniqueArray(anyDialog, { selector: (dialog) => dialog.id });

describe('reader and writer', () => {
  test('what was written reads back with identifiers, states and holds', () => {
    fc.assert(
      fc.property(anyDialogs, fc.nat(), (dialogs, version) => {
        const read = readDialogInfo(text(renderDialogInfo(entity, 'full', dialogs), version));
        expect(read).toMatchObject({ entity, version, state: 'full' });
        expect(
          read?.dialogs.map(({ id, state, direction, callId, held }) => [id, state, direction, callId, held]),
        ).toEqual(
          dialogs.map(({ id, state, direction, callId, held }) => [id, state, direction, callId, held ?? false]),
        );
      }),
    );
  });

  const refused: [string, string][] = [
    ['another root', '<presence/>'],
    ['a missing version', '<dialog-info state="full" entity="a"/>'],
    ['a version that is no number', '<dialog-info version="x" state="full" entity="a"/>'],
    ['a state that is neither full nor partial', '<dialog-info version="1" state="some" entity="a"/>'],
    ['no entity', '<dialog-info version="1" state="full"/>'],
    [
      'a dialog without id',
      '<dialog-info version="1" state="full" entity="a"><dialog><state>early</state></dialog></dialog-info>',
    ],
    [
      'a dialog in an unknown state',
      '<dialog-info version="1" state="full" entity="a"><dialog id="1"><state>odd</state></dialog></dialog-info>',
    ],
    ['broken XML', '<dialog-info version="1" state="full" entity="a">'],
    [
      'more dialogs than any line has',
      `<dialog-info version="1" state="full" entity="a">${'<dialog id="1"><state>early</state></dialog>'.repeat(201)}</dialog-info>`,
    ],
  ];
  test.each(refused)('%s is refused', (_name, document) => expect(readDialogInfo(document)).toBeUndefined());

  test('prefixes are ignored', () => {
    const document =
      '<d:dialog-info xmlns:d="urn:ietf:params:xml:ns:dialog-info" version="3" state="partial" entity="sip:1@a">' +
      '<d:dialog id="1" direction="recipient"><d:state>confirmed</d:state><d:remote><d:identity>sip:2@a</d:identity></d:remote></d:dialog></d:dialog-info>';
    expect(readDialogInfo(Buffer.from(document))).toEqual({
      entity: 'sip:1@a',
      version: 3,
      state: 'partial',
      dialogs: [{ id: '1', direction: 'recipient', state: 'confirmed', held: false, remote: { identity: 'sip:2@a' } }],
    });
  });
});

describe('what a watcher is told', () => {
  const talking: DialogView = { ...ringing, state: 'confirmed' };
  const other: DialogView = { ...ringing, id: 'leg-2' };
  const ended: DialogView = { ...talking, state: 'terminated', held: false };
  const rows: [string, 'full' | 'partial', DialogView[] | undefined, DialogView[], DialogView[]][] = [
    ['[SB-51] a watcher that knows nothing gets all there is', 'full', undefined, [ringing, other], [ringing, other]],
    [
      '[SB-53] a partial document has the changed dialog only',
      'partial',
      [ringing, other],
      [talking, other],
      [talking],
    ],
    ['[SB-53] a new dialog is a change', 'partial', [talking], [talking, other], [other]],
    ['[SB-56] a vanished dialog is told once as terminated, in a partial document', 'partial', [talking], [], [ended]],
    ['[SB-56] and in a full one beside those that live', 'full', [talking, other], [other], [other, ended]],
    ['[SB-56] a dialog already told as terminated is left out', 'full', [ended], [], []],
  ];
  test.each(rows)('%s', (_title, document, seen, now, told) =>
    expect(dialogsToTell(document, seen, now)).toEqual(told),
  );

  test('applying the partial documents to what was seen gives what is there', () => {
    const living = anyDialogs.map((dialogs) => dialogs.filter((dialog) => dialog.state !== 'terminated'));
    fc.assert(
      fc.property(living, living, (seen, now) => {
        const table = new Map<string, DialogView>(seen.map((dialog) => [dialog.id, dialog]));
        for (const dialog of dialogsToTell('partial', seen, now))
          if (dialog.state === 'terminated') table.delete(dialog.id);
          else table.set(dialog.id, dialog);
        const byId = (a: DialogView, b: DialogView): number => (a.id < b.id ? -1 : 1);
        expect(sameDialogs([...table.values()].sort(byId), [...now].sort(byId))).toBe(true);
      }),
    );
  });

  test('lists are equal when every word of them is', () => {
    expect(sameDialogs([ringing], [{ ...ringing, held: false }])).toBe(true);
    expect(sameDialogs([ringing], [{ ...ringing, held: true }])).toBe(false);
    expect(sameDialogs([ringing], [{ ...ringing, remote: { identity: 'sip:5@a' } }])).toBe(false);
    expect(sameDialogs([ringing], [ringing, other])).toBe(false);
  });
});
