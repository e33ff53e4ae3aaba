import { applyCommands, emptyConfig, lineDirectory } from '@linewatch/config';
import { forwardingOf } from './forwarding';

/** The forwarding of 3001 by these commands. */
function forwarding(...commands: string[]) {
  const { config, results } = applyCommands(emptyConfig(), commands);
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  const entry = lineDirectory(config).resolve('3001');
  if (!entry) throw new Error('no line 3001');
  const { silent, ...rest } = forwardingOf(config, entry);
  return { ...rest, silent: [...silent] };
}

const ephoneDn = (tag: number, ...lines: string[]) => [`ephone-dn ${tag}`, ' number 3001', ...lines.map((line) => ` ${line}`)]; // prettier-ignore
const dn = (...lines: string[]) => ['voice register dn 1', ' number 3001', ...lines.map((line) => ` ${line}`)];

describe('the forwarding of a number', () => {
  it.each([
    ['nothing', ephoneDn(1), { silent: [] }],
    ['all calls', ephoneDn(1, 'call-forward all 3009'), { all: '3009', silent: ['ephone-dn:1'] }],
    ['busy', ephoneDn(1, 'call-forward busy 3009'), { later: { busy: '3009' }, silent: [] }],
    [
      'no answer, which is nobody registered as well',
      ephoneDn(1, 'call-forward noan 3009 timeout 20'),
      { later: { noAnswer: { number: '3009', ms: 20_000 } }, unreachable: '3009', silent: [] },
    ],
    ['the primary number', ephoneDn(1, 'call-forward all 3009 primary'), { all: '3009', silent: ['ephone-dn:1'] }],
    ['a secondary number alone: nothing', ephoneDn(1, 'call-forward all 3009 secondary'), { silent: [] }],
    ['all calls of a SIP line', dn('call-forward b2bua all 3009'), { all: '3009', silent: ['voice-register-dn:1'] }],
    [
      'no answer and nobody registered, apart',
      dn('call-forward b2bua noan 3009 timeout 5', 'call-forward b2bua unreachable 3008'),
      { later: { noAnswer: { number: '3009', ms: 5_000 } }, unreachable: '3008', silent: [] },
    ],
    [
      'one of two dns: the other rings',
      [...ephoneDn(1, 'call-forward all 3009'), ...ephoneDn(2)],
      { silent: ['ephone-dn:1'] },
    ],
    [
      'two dns: the one that is preferred says where',
      [...ephoneDn(1, 'call-forward all 3009', 'preference 1'), ...ephoneDn(2, 'call-forward all 3008')],
      { all: '3008', silent: ['ephone-dn:2', 'ephone-dn:1'] },
    ],
    [
      'dns of both kinds',
      [...dn('call-forward b2bua busy 3007'), ...ephoneDn(1, 'call-forward all 3009')],
      { later: { busy: '3007' }, silent: ['ephone-dn:1'] },
    ],
  ])('by %s', (_what, commands, expected) => {
    expect(forwarding(...commands)).toEqual(expected);
  });
});
