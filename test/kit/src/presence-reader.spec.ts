import { dndOf, entityOf, lampOf, readDialogInfo } from './presence-reader';

const pidf = (inside: string, attributes = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:3001@a"${attributes}>${inside}</presence>`;
const tuple = (basic: string, more = '') => `<tuple id="t"><status><basic>${basic}</basic>${more}</status></tuple>`;
const person = (inside: string) =>
  `<dm:person id="p"><rpid:activities><!-- why --><rpid:${inside}/></rpid:activities></dm:person>`;

describe('lampOf', () => {
  it.each([
    ['no body is unknown', '', {}, 'unknown'],
    ['closed is unknown', pidf(tuple('closed')), {}, 'unknown'],
    ['open is idle', pidf(tuple('open')), {}, 'idle'],
    ['on-the-phone in the person is in use', pidf(tuple('open') + person('on-the-phone')), {}, 'in-use'],
    [
      'on-the-phone in the tuple is in use',
      pidf(tuple('open', '<e:activities><e:on-the-phone/></e:activities>')),
      {},
      'in-use',
    ],
    ['on-the-phone beats closed', pidf(tuple('closed') + person('on-the-phone')), {}, 'in-use'],
    ['busy alone is idle on a phone', pidf(tuple('open') + person('busy')), {}, 'idle'],
    [
      "the person's basic comes first",
      pidf(`${tuple('open')}<p><x/></p><dm:person><status><basic>closed</basic></status></dm:person>`),
      {},
      'unknown',
    ],
    ['alerting shows with pickup only', pidf(tuple('open') + person('alerting')), { pickup: true }, 'alerting'],
    ['alerting without pickup falls through', pidf(tuple('open') + person('alerting')), {}, 'idle'],
    ['another basic is unknown', pidf(tuple('ajar')), {}, 'unknown'],
  ] as const)('%s', (_title, body, options, lamp) => {
    expect(lampOf(body, 'application/pidf+xml', options)).toBe(lamp);
  });

  it('takes a full dialog-info document for in use while one dialog lives', () => {
    const document = (states: string[]) =>
      `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:3001@a">${states
        .map((state, index) => `<dialog id="${index}"><state>${state}</state></dialog>`)
        .join('')}</dialog-info>`;
    expect(lampOf(document([]), 'application/dialog-info+xml')).toBe('idle');
    expect(lampOf(document(['terminated']), 'application/dialog-info+xml')).toBe('idle');
    expect(lampOf(document(['terminated', 'early']), 'application/dialog-info+xml;charset=utf-8')).toBe('in-use');
  });

  it.each([
    ['an element that is not closed', '<presence><tuple></presence>'],
    ['two roots', '<presence/><presence/>'],
    ['an ampersand of its own kind of stray: a bare <', '<presence>a < b</presence>'],
    ['no element at all', 'open'],
  ])('refuses %s', (_title, body) => {
    expect(() => lampOf(body, 'application/pidf+xml')).toThrow(/well-formed/);
  });
});

it('reads do-not-disturb and the entity, escapes undone', () => {
  expect(dndOf(pidf(tuple('open') + person('dnd')))).toBe(true);
  expect(dndOf(pidf(tuple('open')))).toBe(false);
  expect(entityOf('<presence entity="sip:a&amp;b&#x40;c"/>')).toBe('sip:a&b@c');
});

it('reads every part of a dialog', () => {
  const info = readDialogInfo(
    `<dialog-info version="7" state="partial" entity="sip:3001@a"><dialog id="d1" call-id="c" local-tag="l" remote-tag="r" direction="recipient">
      <state> early </state><local><identity display="x">sip:3001@a</identity></local><remote><identity>sip:3002@a</identity></remote></dialog></dialog-info>`,
  );
  expect(info).toEqual({
    entity: 'sip:3001@a',
    version: 7,
    state: 'partial',
    dialogs: [
      {
        id: 'd1', state: 'early', direction: 'recipient', callId: 'c', localTag: 'l', remoteTag: 'r',
        localIdentity: 'sip:3001@a', remoteIdentity: 'sip:3002@a',
      },
    ],
  }); // prettier-ignore
});
