import { type Args, type Command } from '../command';
import { quoted } from '../command-kinds';
import { type ModeRecord, type Password } from '../config';
import { printPassword } from './sip-ua';

/** Commands that several modes of phones and their lines have. */

/**
 * `allow watch`, three-valued: `no` is an answer of its own that a template does not overrule, `default` says nothing
 * [cme-presence 2.3].
 */
export function allowWatch<R extends ModeRecord & { allowWatch?: boolean }>(): Command<R> {
  return {
    pattern: 'allow watch',
    help: ['Allow', 'This line to be watched'],
    set: (record) => {
      record.allowWatch = true;
    },
    unset: (record) => {
      record.allowWatch = false;
    },
    reset: (record) => {
      delete record.allowWatch;
    },
    render: ({ allowWatch: allowed }) => (allowed === undefined ? [] : [allowed ? 'allow watch' : 'no allow watch']),
  };
}

/** `load <phone-type> <file>`. */
export function firmwareLoad<R extends ModeRecord & { loads: Record<string, string> }>(): Command<R> {
  return {
    pattern: 'load NAME$type ~ WORD$file',
    help: ['Firmware of a phone type, kept without effect', 'Phone type', 'Firmware file'],
    set: (record, args, draft) => {
      (draft.own(record, 'loads') as Record<string, string>)[args.text('type')] = args.text('file');
    },
    unset: (record, args, draft) => {
      delete (draft.own(record, 'loads') as Record<string, string>)[args.text('type')];
    },
    render: ({ loads }) =>
      Object.entries(loads)
        .map(([type, file]) => `load ${type} ${file}`)
        .sort(),
  };
}

/**
 * `username <name> [password [0|6] <password>]`: what a phone, or its user, answers with.
 * @param print how running-config shows the name: that of an ephone always has quotes
 */
export function username<R extends ModeRecord & { username?: string; password?: Password }>(
  print: (name: string) => string = quoted,
): Command<R> {
  return {
    pattern: 'username ~ USER$username [password [<0|6>$type] WORD$password]',
    help: [
      'Credential of the phone',
      'User name',
      'Password',
      'A clear text password follows',
      'An encrypted password follows',
      'The password',
    ],
    set: (record, args) => {
      forget(record);
      record.username = args.text('username');
      const password = passwordOf(args);
      if (password) record.password = password;
    },
    unset: forget,
    render: ({ username: name, password }) => {
      if (name === undefined) return [];
      return [`username ${print(name)}${password === undefined ? '' : ` password ${printPassword(password)}`}`];
    },
  };
}

function passwordOf(args: Args): Password | undefined {
  if (!args.has('password')) return undefined;
  const text = args.text('password');
  return args.has('type') ? { text, type: args.text('type') as '0' | '6' } : { text };
}

function forget(record: { username?: string; password?: Password }): void {
  delete record.username;
  delete record.password;
}
