import * as fc from 'fast-check';
import { type LampTuple, readPidf, renderPidf } from './pidf';

const entity = 'sip:3001@192.0.2.1';
const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"' +
  ' xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" xmlns:ce="urn:cisco:params:xml:ns:pidf:rpid" entity="sip:3001@192.0.2.1">\n';
const tuple = (basic: string, note = ''): string =>
  `<tuple id="t-3001"><status><basic>${basic}</basic></status>${note}</tuple>\n`;
const person = (activities: string): string =>
  `<dm:person id="p-3001"><rpid:activities>${activities}</rpid:activities></dm:person>\n`;
const NOTE = '<note>On the phone</note>';

const contract: [string, LampTuple, string][] = [
  ['idle', { state: 'idle', dnd: false }, tuple('open')],
  ['in-use', { state: 'in-use', dnd: false }, tuple('open', NOTE) + person('<rpid:on-the-phone/>')],
  ['idle + DND', { state: 'idle', dnd: true }, tuple('open') + person('<ce:dnd/>')],
  ['in-use + DND', { state: 'in-use', dnd: true }, tuple('open', NOTE) + person('<ce:dnd/><rpid:on-the-phone/>')],
  ['unknown', { state: 'unknown', dnd: false }, tuple('closed')],
];

describe('[SB-40 to SB-48] the five contract documents', () => {
  test.each(contract)('%s is written to the letter and reads back as itself', (_name, lamp, content) => {
    const document = renderPidf({ entity, id: '3001', lamp });
    expect(document).toBe(`${head}${content}</presence>\n`);
    expect(readPidf(document)).toEqual(lamp);
  });

  test('an unknown line never shows DND, whatever flag it bears', () => {
    const document = renderPidf({ entity, id: '3001', lamp: { state: 'unknown', dnd: true } });
    expect(document).not.toContain('person');
    expect(document).not.toContain('dnd/>');
  });

  test('any entity and any id come out as well-formed XML with the same lamp', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (uri, id) => {
        const document = renderPidf({ entity: uri, id, lamp: { state: 'in-use', dnd: true } });
        expect(readPidf(document)).toEqual({ state: 'in-use', dnd: true });
      }),
    );
  });

  test('[SB-41] ids that differ only in characters XML forbids stay different', () => {
    const lamp: LampTuple = { state: 'idle', dnd: false };
    const idOf = (id: string): string | undefined => /tuple id="([^"]+)"/.exec(renderPidf({ entity, id, lamp }))?.[1];
    expect(new Set(['*7', '#7', '_7', '7', '_2a.7'].map(idOf)).size).toBe(5);
  });
});

const presence = (content: string): string =>
  `<p:presence xmlns:p="urn:ietf:params:xml:ns:pidf">${content}</p:presence>`;
const basicOf = (owner: string, value: string): string =>
  `<${owner}><status><basic>${value}</basic></status></${owner}>`;

describe("a reader with a Cisco phone's rule [cme-presence 4.11]", () => {
  const rows: [string, string, LampTuple | undefined][] = [
    ['no body is unknown', '', { state: 'unknown', dnd: false }],
    ['closed without on-the-phone is unknown', presence(basicOf('tuple', 'closed')), { state: 'unknown', dnd: false }],
    [
      'closed with on-the-phone is in use',
      presence(basicOf('tuple', 'closed') + '<x:on-the-phone xmlns:x="a"/>'),
      { state: 'in-use', dnd: false },
    ],
    ['open is idle', presence(basicOf('tuple', ' open\n')), { state: 'idle', dnd: false }],
    [
      "the person's basic beats the tuple's, also after it",
      presence(basicOf('tuple', 'open') + basicOf('dm:person', 'closed')),
      { state: 'unknown', dnd: false },
    ],
    [
      'busy without on-the-phone is in use',
      presence(basicOf('tuple', 'open') + '<e:busy/>'),
      { state: 'in-use', dnd: false },
    ],
    ['dnd is a flag beside idle', presence(basicOf('tuple', 'open') + '<ce:dnd/>'), { state: 'idle', dnd: true }],
    [
      'alerting alone does not light the lamp',
      presence(basicOf('tuple', 'open') + '<ce:alerting/>'),
      { state: 'idle', dnd: false },
    ],
    ['no basic and no activity is unknown', presence('<tuple id="1"/>'), { state: 'unknown', dnd: false }],
    ['another root is no presence document', '<dialog-info/>', undefined],
    ['broken XML is no presence document', '<presence><tuple></presence>', undefined],
    ['text is no presence document', 'open', undefined],
    ['a document type is refused', `<!DOCTYPE x [<!ENTITY a "b">]>${presence('')}`, undefined],
    ['an unknown entity is refused', presence('<note>&a;</note>'), undefined],
    ['a document too deep is refused', `<presence>${'<a>'.repeat(40)}${'</a>'.repeat(40)}</presence>`, undefined],
    ['a document too long is refused', presence(' '.repeat(70_000)), undefined],
  ];
  test.each(rows)('%s', (_title, body, lamp) => expect(readPidf(body)).toEqual(lamp));

  test('the document a CUCM sent for a line in use reads as in use', () => {
    const body = `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
      <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:8001@192.0.2.13" xmlns:e="urn:ietf:params:xml:ns:pidf:status:rpid"
        xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"><dm:person><status><basic>open</basic></status>
        <e:activities><e:on-the-phone/></e:activities></dm:person><tuple id="cmp-8001-162"><status><basic>open</basic>
        <e:activities><e:on-the-phone/></e:activities></status></tuple></presence>`;
    expect(readPidf(Buffer.from(body))).toEqual({ state: 'in-use', dnd: false });
  });

  test('no input crashes it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (body) => void readPidf(body)));
    const pieces = fc.constantFrom(
      '<presence>',
      '</presence>',
      '<',
      '&#0;',
      ']]>',
      '<![CDATA[',
      '<!--',
      '-->',
      '<a b="',
      '"/>',
      'x',
    );
    fc.assert(fc.property(fc.array(pieces), (parts) => void readPidf(parts.join(''))));
  });
});
