import { flag, singleMode } from '../command';
import { type Password, type SipUa, emptySipUa } from '../config';

/** `sip-ua`: linewatch as a SIP user agent [cme-presence 2.2]. */
export const sipUa = singleMode<SipUa>({
  name: 'sip-ua',
  prompt: 'config-sip-ua',
  under: 'configure',
  field: 'sipUa',
  help: ['SIP User Agent configuration commands'],
  empty: emptySipUa,
  commands: [
    {
      pattern: 'authentication ~ username WORD$username password [<0|6|7>$type] WORD$password [realm WORD$realm]',
      help: [
        'Answer to digest challenges',
        'User name of the answer',
        'User name',
        'Password of the answer',
        'A clear text password follows',
        'An encrypted password follows',
        'A type 7 password follows',
        'The password',
        'Only for challenges of one realm',
        'Realm',
      ],
      set: (record, args) => {
        const password: Password = { text: args.text('password') };
        if (args.has('type')) password.type = args.text('type') as Password['type'];
        record.authentication = { username: args.text('username'), password };
        if (args.has('realm')) record.authentication.realm = args.text('realm');
      },
      unset: (record) => {
        delete record.authentication;
      },
      render: ({ authentication }) => {
        if (authentication === undefined) return [];
        const { username, password, realm } = authentication;
        const of = realm === undefined ? '' : ` realm ${realm}`;
        return [`authentication username ${username} password ${printPassword(password)}${of}`];
      },
    },
    flag<SipUa>('presence enable', ['Presence requests', 'Accept incoming presence requests'], 'presenceEnable'),
  ],
});

/** A password as it is typed: its type, if one was given, and its text. */
export function printPassword({ type, text }: Password): string {
  return type === undefined ? text : `${type} ${text}`;
}
