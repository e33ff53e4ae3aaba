import fc from 'fast-check';
import type { TftpPacket } from '../provisioning/tftp/packet';
import { beginDownload, type Download, type DownloadEffect, type DownloadInput, stepDownload } from './tftp-download';

const MOST = 2_000;

/** A download to which things happen one after the other; gives all that came of it. */
function story(...inputs: DownloadInput[]): { download: Download; effects: DownloadEffect[] } {
  const first = beginDownload('cred1.csv', MOST);
  let { download } = first;
  const effects = [...first.effects];
  for (const input of inputs) {
    const step = stepDownload(download, input);
    download = step.download;
    effects.push(...step.effects);
  }
  return { download, effects };
}

const data = (block: number, bytes: Uint8Array): DownloadInput => ({
  kind: 'packet',
  packet: { kind: 'data', block, data: bytes },
});
const full = (letter: string) => Buffer.alloc(512, letter);
const packets = (effects: DownloadEffect[]): TftpPacket[] =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.packet] : []));
const timeout: DownloadInput = { kind: 'timeout' };

describe('a download over TFTP [RFC1350]', () => {
  it('asks for the file, acknowledges each block, and ends with the short one', () => {
    const { effects } = story(data(1, full('a')), data(2, Buffer.from('b')));
    expect(packets(effects)).toEqual([
      { kind: 'read', file: 'cred1.csv', mode: 'octet', options: new Map() },
      { kind: 'ack', block: 1 },
      { kind: 'ack', block: 2 },
    ]);
    expect(effects.at(-1)).toEqual({ kind: 'done', content: Buffer.concat([full('a'), Buffer.from('b')]) });
  });

  it('of a file that fills its blocks ends with an empty one', () => {
    expect(story(data(1, full('a')), data(2, Buffer.alloc(0))).effects.at(-1)).toMatchObject({ kind: 'done' });
  });

  it('says the same again when nothing comes, and gives up after four times', () => {
    const { effects } = story(data(1, full('a')), timeout, timeout, timeout, timeout, timeout);
    expect(packets(effects).slice(1)).toEqual(Array.from({ length: 5 }, () => ({ kind: 'ack', block: 1 })));
    expect(effects.at(-1)).toEqual({ kind: 'failed', problem: 'the server does not answer' });
  });

  it('acknowledges a block again that comes again, and passes over others', () => {
    const { effects, download } = story(data(1, full('a')), data(1, full('a')), data(7, full('x')), data(0, full('y')));
    expect(packets(effects).slice(1)).toEqual([{ kind: 'ack', block: 1 }, { kind: 'ack', block: 1 }]);
    expect(download.length).toBe(512);
  }); // prettier-ignore

  it.each([
    ['an error', { kind: 'error', code: 1, message: 'File not\u0000 found' }, 'the server says "File not? found" (1)', undefined],
    ['options that nobody asked for', { kind: 'oack', options: new Map() }, 'the server wants options that were not asked for', 8],
  ] as const)('ends at %s', (_, packet, problem, code) => {
    const { effects } = story({ kind: 'packet', packet });
    expect(effects.at(-1)).toEqual({ kind: 'failed', problem });
    expect(packets(effects).slice(1)).toEqual(code === undefined ? [] : [expect.objectContaining({ kind: 'error', code })]);
  }); // prettier-ignore

  it('takes no more than it may, and tells the server', () => {
    const { effects } = story(...[1, 2, 3, 4].map((block) => data(block, full('a'))));
    expect(effects.at(-1)).toEqual({ kind: 'failed', problem: 'the file is longer than 2000 octets' });
    expect(packets(effects).at(-1)).toMatchObject({ kind: 'error', code: 3 });
  });

  it('brings any file whole, whatever is lost or comes twice on the way', () => {
    const fate = fc.constantFrom('arrives', 'lost', 'twice');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: MOST }), fc.array(fate, { maxLength: 40 }), (file, fates) => {
        let { download, effects } = beginDownload('cred1.csv', MOST);
        let tries = 0;
        for (let turn = 0; turn < 100; turn++) {
          const last = effects.find((effect) => effect.kind === 'send')?.packet;
          const done = effects.find((effect) => effect.kind === 'done');
          if (done) return expect(Buffer.from(done.content)).toEqual(Buffer.from(file));
          // A server that answers each request and acknowledgement with the block that follows.
          const block = last?.kind === 'ack' ? last.block : 0;
          const answer = data(block + 1, file.subarray(block * 512, block * 512 + 512));
          const happens = fates[turn] ?? 'arrives';
          // A download gives up after four in a row; here the fifth comes through.
          const isLost = happens === 'lost' && tries < 4;
          tries = isLost ? tries + 1 : 0;
          const step = stepDownload(download, isLost ? timeout : answer);
          download = step.download;
          effects = [...step.effects];
          if (happens === 'twice' && !isLost && effects.every(({ kind }) => kind !== 'done'))
            ({ download, effects } = stepDownload(download, answer) as {
              download: Download;
              effects: DownloadEffect[];
            });
        }
        throw new Error('the download does not end');
      }),
    );
  });
});
