import { type User, hashSecret } from '@linewatch/config';
import { utils } from 'ssh2';
import { loginOf } from './login';

const pair = utils.generateKeyPairSync('ed25519');
const [algorithm = '', key = ''] = pair.public.split(' ');
const blob = Buffer.from(key, 'base64');
const ada: User = { name: 'ada', privilege: 1, secret: hashSecret('lovelace', new Uint8Array(14)), sshKeys: [] };
const ben: User = { name: 'ben', privilege: 15, sshKeys: [{ algorithm: 'ssh-ed25519', key: 'AAAAnonsense' }, { algorithm, key }] }; // prettier-ignore
const users = [ada, ben];

const over = Buffer.from('what the client signs');
const signed = (): Buffer => {
  const parsed = utils.parseKey(pair.private);
  if (parsed instanceof Error) throw parsed;
  const signature = parsed.sign(over);
  if (signature instanceof Error) throw signature;
  return signature;
};

test.each([
  ['the right password', 'ada', 'lovelace', ada],
  ['a wrong password', 'ada', 'Lovelace', undefined],
  ['the password of nobody', 'eve', 'lovelace', undefined],
  ['the password of the hash that stands for nobody', 'eve', 'hashcat', undefined],
  ['any password of a user without a secret', 'ben', 'hashcat', undefined],
])('%s', (_title, name, password, expected) => {
  expect(loginOf(users, name, { method: 'password', password })).toBe(expected);
});

test('a key is taken with its signature, and asked for without one', () => {
  const credential = { method: 'publickey', algorithm, key: blob } as const;
  expect(loginOf(users, 'ben', credential)).toBe(ben);
  expect(loginOf(users, 'ben', { ...credential, signature: { over, bytes: signed() } })).toBe(ben);
  const forged = { over: Buffer.from('something else'), bytes: signed() };
  expect(loginOf(users, 'ben', { ...credential, signature: forged })).toBeUndefined();
  expect(loginOf(users, 'ada', credential)).toBeUndefined();
  expect(loginOf(users, 'ben', { ...credential, key: Buffer.from('other') })).toBeUndefined();
});
