import { applyCommands } from './apply';
import { emptyConfig } from './config';
import { digestRealm, phoneCredentials } from './digest-identity';

const configured = (...commands: string[]) => applyCommands(emptyConfig(), commands).config;

describe('the realm of challenges', () => {
  it.each([
    ['the hostname of a new system', [], 'linewatch'],
    ['the source address', ['voice register global', ' mode cme', ' source-address 10.1.1.2 port 5060'], '10.1.1.2'],
    [
      '`authenticate realm` before all',
      ['voice register global', ' mode cme', ' source-address 10.1.1.2 port 5060', ' authenticate realm lw.example'],
      'lw.example',
    ],
  ])('is %s [Q-7]', (_, commands, realm) => {
    expect(digestRealm(configured(...commands))).toBe(realm);
  });
});

it('the pairs of phones are those whose passwords can be read', () => {
  const config = configured(
    'voice register pool 1', ' id mac 0200.0000.0001', ' username anna password secret',
    'voice register pool 2', ' id mac 0200.0000.0002',
    'ephone 3', ' mac-address 0200.0000.0003', ' username "berta" password hidden',
  ); // prettier-ignore
  expect(phoneCredentials(config)).toEqual([
    { of: 'voice register pool 1', username: 'anna', password: 'secret' },
    { of: 'ephone 3', username: 'berta', password: 'hidden' },
  ]);
});
