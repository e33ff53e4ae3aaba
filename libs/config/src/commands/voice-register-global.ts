import { type Command, type Mode, singleMode } from '../command';
import { type VoiceRegisterGlobal, emptyVoiceRegisterGlobal } from '../config';
import { type Draft } from '../draft';
import { order } from '../command-kinds';
import { firmwareLoad } from './common';

const AUTHENTICATE = 'Digest authentication of SIP requests';

/** `voice register global`: the SIP side of the system [cme-presence 2.7, 2.8]. */
export const voiceRegisterGlobal: Mode<VoiceRegisterGlobal> = {
  ...singleMode<VoiceRegisterGlobal>({
    name: 'voice register global',
    prompt: 'config-register-global',
    under: 'configure',
    field: 'voiceRegisterGlobal',
    phones: 'sip',
    help: ['Voice configuration commands', 'SIP phones', 'Settings for all SIP phones'],
    empty: emptyVoiceRegisterGlobal,
    commands: [
      {
        pattern: 'mode ~ <cme|cme-app|esrst>$mode',
        help: ['What the system is', 'Call manager express', 'CME of an application', 'Enhanced SRST'],
        set: (record, args) => {
          record.mode = args.text('mode') as VoiceRegisterGlobal['mode'];
        },
        unset: (record, _args, draft) => {
          delete record.mode;
          // `no mode` clears all pools and dns [cme-presence 2.8].
          clearPhones(draft);
        },
        render: ({ mode }) => (mode === undefined ? [] : [`mode ${mode}`]),
      },
      {
        pattern: 'source-address ~ A.B.C.D$host [port (1-65535)$port]',
        help: [
          'Where SIP phones register',
          'IP address of this system',
          'Port for SIP',
          'Port number, 5060 by default',
        ],
        set: (record, args) => {
          record.sourceAddress = { host: args.text('host'), port: args.has('port') ? args.number('port') : 5060 };
        },
        unset: (record) => {
          delete record.sourceAddress;
        },
        render: ({ sourceAddress }) =>
          sourceAddress === undefined ? [] : [`source-address ${sourceAddress.host} port ${sourceAddress.port}`],
      },
      maximum('max-dn', 'maxDn', 'Maximum number of directory numbers'),
      maximum('max-pool', 'maxPool', 'Maximum number of phones'),
      firmwareLoad(),
      authenticate('presence', 'presence', 'Subscriptions from outside'),
      authenticate('register', 'register', 'Registrations'),
      authenticate('ood-refer', 'oodRefer', 'Out-of-dialog REFER'),
      {
        pattern: 'authenticate realm ~ WORD$realm',
        help: [AUTHENTICATE, 'Realm of the challenge', 'Realm'],
        set: (record, args, draft) => {
          draft.own(record, 'authenticate').realm = args.text('realm');
        },
        unset: (record, _args, draft) => {
          delete draft.own(record, 'authenticate').realm;
        },
        render: ({ authenticate: { realm } }) => (realm === undefined ? [] : [`authenticate realm ${realm}`]),
      },
      {
        pattern: 'authenticate credential (1-5)$tag ~ URL$location',
        help: [
          AUTHENTICATE,
          'File of user names and passwords',
          'Number of the file',
          'Where it is, e.g. flash:cred1.csv',
        ],
        set: (record, args, draft) => {
          draft.own(draft.own(record, 'authenticate'), 'credentials')[args.number('tag')] = args.text('location');
        },
        unset: (record, args, draft) => {
          delete draft.own(draft.own(record, 'authenticate'), 'credentials')[args.number('tag')];
        },
        render: ({ authenticate: { credentials } }) =>
          Object.entries(credentials).map(([tag, location]) => `authenticate credential ${tag} ${location}`),
      },
      {
        pattern: 'create profile ~ [sync WORD$stamp]',
        help: [
          'Create what phones load',
          'Their profiles; they are made anew whenever a phone asks',
          'Stamp of the last time, kept without effect',
          'Stamp',
        ],
        set: (record, args) => {
          if (args.has('stamp')) record.profileSync = args.text('stamp');
        },
        unset: (record) => {
          delete record.profileSync;
        },
        render: ({ profileSync }) => (profileSync === undefined ? [] : [`create profile sync ${profileSync}`]),
        order: 'create-files',
      },
      order('restart', ['Restart all SIP phones'], 'restart'),
      order('reset', ['Reset all SIP phones'], 'reset'),
    ],
  }),
  question:
    'This will remove all the existing DNs, Pools, Templates,\n' +
    'Dialplan-Patterns, Dialplans and Feature Servers on the system.\n' +
    'Are you sure you want to proceed? Yes/No? [no]:',
  // It takes all phones and their lines with it [cme-presence 2.8].
  close: (draft) => {
    draft.config.voiceRegisterGlobal = draft.adopt(emptyVoiceRegisterGlobal());
    draft.config.templates = draft.adopt({});
    clearPhones(draft);
  },
};

function clearPhones(draft: Draft): void {
  draft.config.dns = draft.adopt({});
  draft.config.pools = draft.adopt({});
}

function maximum(word: string, field: 'maxDn' | 'maxPool', help: string): Command<VoiceRegisterGlobal> {
  return {
    pattern: `${word} ~ (1-MAX)$maximum`,
    help: [help, 'Maximum'],
    set: (record, args) => {
      record[field] = args.number('maximum');
    },
    unset: (record) => {
      record[field] = 0;
    },
    render: (record) => (record[field] === 0 ? [] : [`${word} ${record[field]}`]),
  };
}

function authenticate(
  word: string,
  field: 'presence' | 'register' | 'oodRefer',
  help: string,
): Command<VoiceRegisterGlobal> {
  const put = (record: VoiceRegisterGlobal, value: boolean, draft: Draft) => {
    draft.own(record, 'authenticate')[field] = value;
  };
  return {
    pattern: `authenticate ${word}`,
    help: [AUTHENTICATE, help],
    set: (record, _args, draft) => put(record, true, draft),
    unset: (record, _args, draft) => put(record, false, draft),
    render: (record) => (record.authenticate[field] ? [`authenticate ${word}`] : []),
  };
}
