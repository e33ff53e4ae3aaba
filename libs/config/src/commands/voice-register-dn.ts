import { taggedMode } from '../command';
import { type VoiceRegisterDn } from '../config';
import { b2buaForwards } from './call-forward';
import { allowWatch } from './common';

/** `voice register dn <tag>`: a directory number of SIP phones [cme-presence 2.3, 2.8]. */
export const voiceRegisterDn = taggedMode<VoiceRegisterDn>({
  name: 'voice register dn',
  prompt: 'config-register-dn',
  pattern: 'voice register dn (1-MAX)$tag',
  help: ['Voice configuration commands', 'SIP phones', 'A directory number', 'Tag of the directory number'],
  table: 'dns',
  first: {
    word: 'number',
    isGiven: ({ number }) => number !== undefined,
    refusal: '% The number of this dn has to be configured first',
  },
  create: (tag) => ({ tag }),
  commands: [
    {
      pattern: 'number ~ NUMBER$number',
      help: ['The telephone number', 'Up to 16 of 0-9 . + * #; a dot is any one digit'],
      set: (dn, args) => {
        dn.number = args.text('number');
      },
      unset: (dn) => {
        delete dn.number;
      },
      render: ({ number }) => (number === undefined ? [] : [`number ${number}`]),
    },
    {
      pattern: 'name ~ TEXT$name',
      help: ['Name shown to the other party', 'Name, without " < > & %'],
      set: (dn, args) => {
        dn.name = args.text('name');
      },
      unset: (dn) => {
        delete dn.name;
      },
      render: ({ name }) => (name === undefined ? [] : [`name ${name}`]),
    },
    {
      pattern: 'label ~ TEXT$label',
      help: ['Text shown beside the key instead of the number', 'Text, without " < > & %'],
      set: (dn, args) => {
        dn.label = args.text('label');
      },
      unset: (dn) => {
        delete dn.label;
      },
      render: ({ label }) => (label === undefined ? [] : [`label ${label}`]),
    },
    allowWatch(),
    {
      pattern: 'shared-line ~ [max-calls (2-16)$calls]',
      help: ['Several phones carry this line', 'Concurrent calls', 'Number of calls, 2 by default'],
      set: (dn, args) => {
        dn.sharedLine = { maxCalls: args.has('calls') ? args.number('calls') : 2 };
      },
      unset: (dn) => {
        delete dn.sharedLine;
      },
      render: ({ sharedLine }) => {
        if (sharedLine === undefined) return [];
        return [sharedLine.maxCalls === 2 ? 'shared-line' : `shared-line max-calls ${sharedLine.maxCalls}`];
      },
    },
    ...b2buaForwards,
    {
      pattern: 'no-reg',
      help: ['Do not register with an external proxy, kept without effect'],
      set: (dn) => {
        dn.noReg = true;
      },
      unset: (dn) => {
        delete dn.noReg;
      },
      render: ({ noReg }) => (noReg ? ['no-reg'] : []),
    },
  ],
});
