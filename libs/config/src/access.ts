import { type Config } from './config';
import { type Secret, isSecret } from './secret';

/** `username <name>`: somebody who may log in. */
export interface User {
  name: string;
  /** 15: at once in privileged EXEC; default 1. */
  privilege: number;
  secret?: Secret;
  /** `sshkey`: public keys with which the user logs in without the secret. */
  sshKeys: SshKey[];
}

/** A public key as it stands in a `.pub` file. */
export interface SshKey {
  algorithm: string;
  /** Base64 of the key. */
  key: string;
}

/**
 * The configuration with every clear secret replaced by its hash: what is stored and shown holds none. A clear secret
 * that says what `before` holds already keeps that hash, so that the same text twice is no change.
 */
export function withHashedSecrets(config: Config, before: Config, hash: (clear: string) => Secret): Config {
  const isClear = (secret: Secret | undefined) => secret?.type === '0';
  if (!isClear(config.enableSecret) && !config.users.some(({ secret }) => isClear(secret))) return config;
  const hashed = (secret: Secret, old: Secret | undefined): Secret => {
    if (secret.type !== '0') return secret;
    return old && isSecret(old, secret.text) ? old : hash(secret.text);
  };
  const oldOf = (name: string) => before.users.find((user) => user.name === name)?.secret;
  return {
    ...config,
    ...(config.enableSecret && { enableSecret: hashed(config.enableSecret, before.enableSecret) }),
    users: config.users.map((user) =>
      user.secret ? { ...user, secret: hashed(user.secret, oldOf(user.name)) } : user,
    ),
  };
}
