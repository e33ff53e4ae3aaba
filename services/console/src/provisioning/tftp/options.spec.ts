import { LARGEST_BLOCK, LARGEST_WINDOW, PLAIN_SETTINGS, negotiate } from './options';

const SIZE = 12_345;

test.each<[string, Record<string, string>, Record<string, string>, object]>([
  ['nothing asked', {}, {}, {}],
  ['the size of the file [RFC2349]', { tsize: '0' }, { tsize: `${SIZE}` }, {}],
  ['a block size [RFC2348]', { blksize: '1024' }, { blksize: '1024' }, { blockSize: 1024 }],
  ['the smallest block', { blksize: '8' }, { blksize: '8' }, { blockSize: 8 }],
  ['a smaller block than asked for', { blksize: '65464' }, { blksize: `${LARGEST_BLOCK}` }, { blockSize: LARGEST_BLOCK }],
  ['a time-out [RFC2349]', { timeout: '3' }, { timeout: '3' }, { timeoutMs: 3000 }],
  ['a window [RFC7440]', { windowsize: '4' }, { windowsize: '4' }, { windowSize: 4 }],
  ['a smaller window than asked for', { windowsize: '64' }, { windowsize: `${LARGEST_WINDOW}` }, { windowSize: LARGEST_WINDOW }],
  ['not: a block below 8', { blksize: '7' }, {}, {}],
  ['not: a block above the largest', { blksize: '65465' }, {}, {}],
  ['not: no time-out', { timeout: '0' }, {}, {}],
  ['not: a time-out that holds a place for long', { timeout: '255' }, {}, {}],
  ['not: what is no number', { blksize: '1e3', tsize: '-1', timeout: '0x2' }, {}, {}],
  ['not: unknown options', { multicast: '', utimeout: '50' }, {}, {}],
])('options granted: %s', (_what, asked, granted, settings) => {
  const answer = negotiate({ options: new Map(Object.entries(asked)) }, SIZE);
  expect(Object.fromEntries(answer.granted)).toEqual(granted);
  expect(answer.settings).toEqual({ ...PLAIN_SETTINGS, ...settings });
}); // prettier-ignore
