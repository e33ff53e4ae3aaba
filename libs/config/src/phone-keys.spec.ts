import { keysOfType, parseConfig, phoneKeys } from './index';

/** What the keys of ephone 1 are, as `2: speed-dial 5`, with dns 1 to 9 and these lines of configuration. */
function keys(phone: string, rest = '', count?: number): string[] {
  const dns = [1, 2, 3, 4].map((tag) => `ephone-dn ${tag}\n number 200${tag}\n`).join('');
  const { config, errors, unknown } = parseConfig(`${dns}${rest}ephone 1\n ${phone.replaceAll(' / ', '\n ')}\n`);
  expect({ errors, unknown }).toEqual({ errors: [], unknown: [] });
  const [ephone] = Object.values(config.ephones);
  return ephone === undefined ? [] : phoneKeys(config, ephone, count).map(shown);
}

function shown(key: ReturnType<typeof phoneKeys>[number]): string {
  const place = `${key.key}: ${key.kind}`;
  if (key.kind === 'line')
    return `${place} ${key.dns.map(({ number }) => number).join()}${key.overlayOf ? ` of ${key.overlayOf}` : ''}`;
  if (key.kind === 'monitor' || key.kind === 'watch') return `${place} ${key.dn.number}`;
  return `${place} ${key.index}`;
}

const SOME = 'speed-dial 2 5 / speed-dial 1 6 / blf-speed-dial 3 7 label x / feature-button 1 Park';

test('[cme-presence 2.4] without a layout: lines, speed-dials, BLF speed-dials, features, services, each by its tags', () => {
  const template = 'ephone-template 1\n url-button 1 http://x\n';
  expect(keys(`type 7970 / ephone-template 1 / button 1:1 2:2 / ${SOME}`, template)).toEqual([
    '1: line 2001',
    '2: line 2002',
    '3: speed-dial 1',
    '4: speed-dial 2',
    '5: blf-speed-dial 3',
    '6: feature 1',
    '7: url 1',
  ]);
});

test('lines stay where their button says; the other keys fill what is free', () => {
  expect(keys(`type 7960 / button 1:1 4:2 / ${SOME}`)).toEqual([
    '1: line 2001',
    '2: speed-dial 1',
    '3: speed-dial 2',
    '4: line 2002',
    '5: blf-speed-dial 3',
    '6: feature 1',
  ]);
});

test('[cme-presence 2.4] what has no key any more is not shown', () => {
  expect(keys(`type 7940 / button 1:1 2:2 3:3 / ${SOME}`)).toEqual(['1: line 2001', '2: line 2002']);
  expect(keys(`type 7940 / button 1:1 / ${SOME}`)).toEqual(['1: line 2001', '2: speed-dial 1']);
  expect(keys(`type 7940 / button 1:1 / ${SOME}`, '', 3)).toHaveLength(3);
});

test('expansion modules go on behind the keys of the phone', () => {
  expect(keys('type 7960 addon 1 7914 / button 1:1 20:2 21:3')).toEqual(['1: line 2001', '20: line 2002']);
});

test('a layout gives each key the next of its kind, and leaves the others blank', () => {
  const layout = ' button-layout 2,5 blf-speed-dial\n button-layout 4 speed-dial\n button-layout 3,6 line\n';
  expect(keys(`type 7970 / ephone-template 1 / button 1:1 2:2 / ${SOME}`, `ephone-template 1\n${layout}`)).toEqual([
    '1: line 2001',
    '2: blf-speed-dial 3',
    '3: line 2002',
    '4: speed-dial 1',
  ]);
});

test("a phone's own BLF key goes before the template's of the same tag", () => {
  const template = 'ephone-template 1\n blf-speed-dial 1 8001 label t\n blf-speed-dial 2 8002 label t\n';
  const { config } = parseConfig(`${template}ephone 1\n ephone-template 1\n blf-speed-dial 1 7001 label p\n`);
  const phone = config.ephones[1];
  const numbers = (phone ? phoneKeys(config, phone) : []).map((key) => key.kind === 'blf-speed-dial' && key.number);
  expect(numbers).toEqual(['7001', '8002']);
});

test('overlay sets, their expansions, monitor and watch buttons are told apart', () => {
  expect(keys('type 7970 / button 1o1,2 2x1 3m3 4w4 5x9')).toEqual([
    '1: line 2001,2002',
    '2: line 2001,2002 of 1',
    '3: monitor 2003',
    '4: watch 2004',
  ]);
});

test('a button without a configured dn is blank and keeps its place [cme-presence 6.4]', () => {
  expect(keys('type 7960 / button 1:100 2:101 3b2 / blf-speed-dial 2 2001 label "sales" device')).toEqual([
    '3: line 2002',
    '4: blf-speed-dial 2',
  ]);
});

test.each([
  ['7960', [], 6],
  ['7960', ['7914', '7914'], 34],
  ['7975', ['7916-24'], 32],
  ['anl', [], 1],
  ['E61', ['7914'], 56],
  ['constructor', [], 56],
  [undefined, [], 56],
])('a %p with %j has %d keys', (type, addons, count) => {
  expect(keysOfType(type, addons)).toBe(count);
});
