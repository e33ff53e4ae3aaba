import { applyCommands, diffConfig, emptyConfig, hashSecret, isSecret, renderConfig, withHashedSecrets } from './index';

const salt = new Uint8Array(14);

test('clear secrets are replaced by their hashes, and a configuration without any stays the same object', () => {
  const typed = ['enable secret cisco', 'username ada secret lovelace', 'username ben privilege 15'];
  const { config } = applyCommands(emptyConfig(), typed);
  const hashed = withHashedSecrets(config, emptyConfig(), (clear) => hashSecret(clear, salt));
  expect(renderConfig(hashed)).not.toMatch(/cisco|lovelace/);
  expect(hashed.enableSecret && isSecret(hashed.enableSecret, 'cisco')).toBe(true);
  expect(hashed.users.map(({ name }) => name)).toEqual(['ada', 'ben']);
  expect(withHashedSecrets(hashed, emptyConfig(), () => ({ type: '0', text: 'x' }))).toBe(hashed);
  const again = withHashedSecrets(config, hashed, (clear) =>
    hashSecret(
      clear,
      salt.map(() => 7),
    ),
  );
  expect(diffConfig(hashed, again)).toEqual([]);
});

test('a secret that is replaced and a privilege that is lowered are one line each; a key that is taken away makes the user anew', () => {
  const lines = ['username ada privilege 15 secret x', 'username ada sshkey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx0'];
  const { config } = applyCommands(emptyConfig(), lines);
  const after = (line: string) => diffConfig(config, applyCommands(config, [line]).config);
  expect(after('username ada secret y')).toEqual(['username ada privilege 15 secret 0 y']);
  expect(after('username ada privilege 1')).toEqual(['username ada privilege 1 secret 0 x']);
  expect(after('no username ada sshkey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx0')).toEqual([
    'no username ada',
    'username ada privilege 15 secret 0 x',
  ]);
  expect(after('no username ada')).toEqual(['no username ada']);
});
