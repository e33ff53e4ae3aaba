import { type Secret, type User, isSecret } from '@linewatch/config';
import { type ParsedKey, utils } from 'ssh2';

/** What somebody offers to log in with. */
export type Credential =
  | { readonly method: 'password'; readonly password: string }
  | {
      readonly method: 'publickey';
      readonly algorithm: string;
      readonly key: Buffer;
      /** Absent: only asks whether this key would do. */
      readonly signature?: { readonly over: Buffer; readonly bytes: Buffer; readonly hash?: string };
    };

/** Hashing takes as long for who is not known as for who is. */
const NOBODY: Secret = { type: '9', text: '$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6' };

/** The user who may come in; undefined: nobody with that name and credential may. */
export function loginOf(users: readonly User[], name: string, credential: Credential): User | undefined {
  const user = users.find((one) => one.name === name);
  if (credential.method === 'password') {
    const isRight = isSecret(user?.secret ?? NOBODY, credential.password);
    return isRight && user?.secret !== undefined ? user : undefined;
  }
  const known = user?.sshKeys.map(({ algorithm, key }) => parsed(`${algorithm} ${key}`));
  const key = known?.find((one) => one !== undefined && one.getPublicSSH().equals(credential.key));
  if (user === undefined || key === undefined) return undefined;
  const { signature } = credential;
  if (signature === undefined) return user;
  return key.verify(signature.over, signature.bytes, signature.hash) === true ? user : undefined;
}

function parsed(text: string): ParsedKey | undefined {
  const key = utils.parseKey(text);
  return key instanceof Error ? undefined : key;
}
