import { type Command, type Mode, taggedMode } from '../command';
import { entries, quoted, setting } from '../command-kinds';
import { type VoiceProfile } from '../config';

const user: Command<VoiceProfile> = {
  pattern: 'user ~ USER$name password WORD$password',
  help: ['Who logs in', 'Name', 'Password', 'Password'],
  set: (profile, args) => {
    profile.user = { name: args.text('name'), password: args.text('password') };
  },
  unset: (profile) => {
    delete profile.user;
  },
  render: ({ user: who }) => (who === undefined ? [] : [`user ${quoted(who.name)} password ${who.password}`]),
};

const speedDial = entries<VoiceProfile['speedDials'][number], 'speedDials', VoiceProfile>({
  words: 'speed-dial',
  tags: '(1-36)',
  rest: 'DIALED$number [label STRING$label] [blf]',
  help: [
    'A key that dials a number',
    'Tag of the key',
    'Number to dial',
    'Text beside the key',
    'Up to 30 characters, in quotes if there are blanks',
    'Show the status of the number',
  ],
  field: 'speedDials',
  read: (args) => ({
    number: args.text('number'),
    ...(args.has('label') && { label: args.text('label') }),
    ...(args.has('blf') && { blf: true }),
  }),
  print: ({ number, label, blf }) => `${number}${label === undefined ? '' : ` label "${label}"`}${blf ? ' blf' : ''}`,
});

/** `voice logout-profile`, `voice user-profile`: extension mobility, kept without effect [cme-presence 2.6]. */
function profile(word: string, table: 'logoutProfiles' | 'userProfiles', help: string): Mode<VoiceProfile> {
  return taggedMode<VoiceProfile>({
    name: `voice ${word}`,
    prompt: `config-${word}`,
    pattern: `voice ${word} (1-MAX)$tag`,
    help: ['Voice configuration commands', help, 'Tag of the profile'],
    table,
    create: (tag) => ({ tag, speedDials: {} }),
    commands: [setting('pin', 'WORD', ['PIN of the user', 'Digits'], 'pin'), user, speedDial],
  });
}

/** What phones are while nobody is logged in. */
export const voiceLogoutProfile = profile('logout-profile', 'logoutProfiles', 'Phones while nobody is logged in');

/** What a phone is while this user is logged in. */
export const voiceUserProfile = profile('user-profile', 'userProfiles', 'A phone while a user is logged in');
