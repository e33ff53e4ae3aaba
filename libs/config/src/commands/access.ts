import { type SshKey, type User } from '../access';
import { type Args, type Command } from '../command';
import { type Config } from '../config';
import { type Secret, isWellFormed } from '../secret';

/** Who may log in to the shell, and with which secret it lets one into privileged EXEC. */

const SECRET_HELP = [
  'A clear text secret follows; its hash is kept',
  'An MD5 hash follows',
  'A PBKDF2 hash follows',
  'A scrypt hash follows',
  'The secret',
];
const NO_HASH = 'ERROR: The secret you entered is not a valid encrypted secret.';

/** `enable secret` of global configuration. */
export const enableSecret: Command<Config> = {
  pattern: 'enable secret ~ [<0|5|8|9>$type] WORD$secret',
  help: ['Modify enable password parameters', 'Assign the privileged level secret', ...SECRET_HELP],
  set: (config, args) => {
    config.enableSecret = secretOf(args);
  },
  unset: (config) => {
    delete config.enableSecret;
  },
  refuse: (_config, args) => (isWellFormed(secretOf(args)) ? undefined : NO_HASH),
  render: ({ enableSecret: secret }) => (secret ? [`enable secret ${secret.type} ${secret.text}`] : []),
};

/** Keys of other kinds are refused: `ssh2` reads these. */
const ALGORITHMS = 'ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp256|ecdsa-sha2-nistp384|ecdsa-sha2-nistp521';

/** `username` of global configuration; `sshkey` is how NX-OS says it in one line. */
export const username: Command<Config> = {
  pattern: `username NAME$name ~ <privilege (0-15)$privilege [secret [<0|5|8|9>$type] WORD$secret]|secret [<0|5|8|9>$type] WORD$secret|sshkey <${ALGORITHMS}>$algorithm KEY$key>`,
  help: [
    'Establish user name authentication',
    'User name',
    'Set user privilege level',
    '15: logs in to privileged EXEC',
    'Specify the secret for the user',
    ...SECRET_HELP,
    'Specify the secret for the user',
    ...SECRET_HELP,
    'A public key with which the user logs in',
    ...ALGORITHMS.split('|').map((algorithm) => `A key of the kind ${algorithm}`),
    'The key, as in the .pub file',
  ],
  set: (config, args) => {
    const name = args.text('name');
    const user = config.users.find((one) => one.name === name) ?? { name, privilege: 1, sshKeys: [] };
    putUser(config, {
      ...user,
      ...(args.has('privilege') && { privilege: args.number('privilege') }),
      ...(args.has('secret') && { secret: secretOf(args) }),
      ...(args.has('key') && { sshKeys: [...withoutKey(user.sshKeys, keyOf(args)), keyOf(args)] }),
    });
  },
  unset: (config, args) => {
    const name = args.text('name');
    const user = config.users.find((one) => one.name === name);
    if (user === undefined) return;
    if (args.has('key')) putUser(config, { ...user, sshKeys: withoutKey(user.sshKeys, keyOf(args)) });
    else config.users = config.users.filter((one) => one !== user);
  },
  refuse: (_config, args) => (args.has('secret') && !isWellFormed(secretOf(args)) ? NO_HASH : undefined),
  render: ({ users }) => users.flatMap((user) => linesOf(user)),
  diff: (from, to) => {
    const kept = new Set(to.users.map(({ name }) => name));
    const gone = (from?.users ?? []).filter(({ name }) => !kept.has(name)).map(({ name }) => `no username ${name}`);
    return [
      ...gone,
      ...to.users.flatMap((user) =>
        changeOf(
          from?.users.find((one) => one.name === user.name),
          user,
        ),
      ),
    ];
  },
};

function changeOf(from: User | undefined, to: User): string[] {
  if (from === undefined) return linesOf(to);
  const [before, after] = [linesOf(from), linesOf(to, from.privilege !== to.privilege)];
  const lost = from.sshKeys.filter(({ key }) => !to.sshKeys.some((one) => one.key === key));
  // A secret is replaced, and can only be taken away with the whole user.
  const taken = from.secret !== undefined && to.secret === undefined;
  // Keys stand in the order in which they were given.
  const isAppended = to.sshKeys.slice(0, from.sshKeys.length).every(({ key }, at) => key === from.sshKeys[at]?.key);
  if (taken || lost.length > 0 || !isAppended)
    return before.join() === after.join() ? [] : [`no username ${to.name}`, ...after];
  return after.filter((line) => !before.includes(line));
}

function linesOf({ name, privilege, secret, sshKeys }: User, withLevel = false): string[] {
  const saysLevel = withLevel || privilege !== 1 || (secret === undefined && sshKeys.length === 0);
  const level = saysLevel ? ` privilege ${privilege}` : '';
  const kept = secret === undefined ? '' : ` secret ${secret.type} ${secret.text}`;
  const keys = sshKeys.map(({ algorithm, key }) => `username ${name} sshkey ${algorithm} ${key}`);
  return [...(level || kept ? [`username ${name}${level}${kept}`] : []), ...keys];
}

function secretOf(args: Args): Secret {
  return { type: (args.value('type') ?? '0') as Secret['type'], text: args.text('secret') };
}

function keyOf(args: Args): SshKey {
  return { algorithm: args.text('algorithm'), key: args.text('key').split(/\s+/)[0] ?? '' };
}

function withoutKey(keys: readonly SshKey[], { key }: SshKey): SshKey[] {
  return keys.filter((one) => one.key !== key);
}

function putUser(config: Config, user: User): void {
  const others = config.users.filter(({ name }) => name !== user.name);
  config.users = [...others, user].sort((a, b) => (a.name < b.name ? -1 : 1));
}
