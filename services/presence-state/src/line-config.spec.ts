import { lineDirectory, parseConfig } from '@linewatch/config';
import { lineConfigFactSchema } from '@linewatch/presence';
import { instancesOf, sameInstances } from './line-config';

/** What the configuration says of one number, in the language of facts. */
function factsOf(text: string, number: string) {
  return instancesOf(lineDirectory(parseConfig(text).config).resolve(number));
}

const shared = `
ephone-dn-template 1
 allow watch
voice register dn 1
 number 2001
 allow watch
ephone-dn 1 dual-line
 number 2001
 ephone-dn-template 1
ephone-dn 2
 number 3901
 allow watch
 park-slot
voice register pool 1
 number 1 dn 1
ephone 1
 button 1:9 2:1 3m1
 auto-line 2
ephone 2
 button 2o9,1
`;

test('[cme-presence 3.3] a number is all its dns, with SIP and SCCP phones told apart and primary lines marked', () => {
  expect(factsOf(shared, '2001')).toEqual([
    {
      id: 'voice-register-dn:1',
      kind: 'phone',
      watchable: true,
      devices: [{ name: 'pool:1', kind: 'sip', primary: true }],
    },
    {
      id: 'ephone-dn:1',
      kind: 'phone',
      watchable: true,
      devices: [
        { name: 'ephone:1', kind: 'sccp', primary: true },
        { name: 'ephone:2', kind: 'sccp', primary: false },
      ],
    },
  ]);
});

test.each([
  ['park-slot', 'park-slot'],
  ['paging', 'paging'],
  ['conference ad-hoc', 'conference'],
])('[cme-presence 3.4] a floating number with `%s` is of the kind %s', (line, kind) => {
  expect(factsOf(`ephone-dn 1\n number 3901\n ${line}\n`, '3901')).toEqual([
    { id: 'ephone-dn:1', kind, watchable: false, devices: [] },
  ]);
});

test('a number that is not configured has no instances', () => {
  expect(factsOf(shared, '9999')).toEqual([]);
});

test('what was read from the stream is the same as what the configuration says', () => {
  const instances = factsOf(shared, '2001');
  const stored = lineConfigFactSchema.parse(JSON.parse(JSON.stringify({ instances })));
  expect(sameInstances(stored.instances, instances)).toBe(true);
  expect(sameInstances(stored.instances, factsOf(shared.replace('auto-line 2', 'auto-line 3'), '2001'))).toBe(false);
});

test('a number with more dns and phones than a fact has room for is still a fact', () => {
  const dns = Array.from({ length: 300 }, (_each, at) => `ephone-dn ${at + 1}\n number 2001\n`);
  const phones = Array.from({ length: 300 }, (_each, at) => `ephone ${at + 1}\n button 1:1\n`);
  const instances = factsOf([...dns, ...phones].join(''), '2001');
  expect(() => lineConfigFactSchema.parse({ instances })).not.toThrow();
  expect(instances).toHaveLength(256);
  expect(instances[0]?.devices).toHaveLength(256);
});
