import { type CommandRow, describeCommands } from './testing/command-table';

const NUMBER = ['number 2999'];
const DN = ['ephone-dn 1 octo-line'];

const DN_TABLE: Record<string, CommandRow> = {
  number: {
    section: '2.8',
    mode: DN,
    accepts: {
      'number 2001': 'number 2001',
      'number A5001': 'number A5001',
      'number 20..': 'number 20..',
      'number 2001 secondary 9002001': 'number 2001 secondary 9002001',
      'number 2001 no-reg': 'number 2001 no-reg',
      'number 2001 sec 2 no-reg pri': 'number 2001 secondary 2 no-reg primary',
      'number 2001 no-reg both': 'number 2001 no-reg both',
    },
    refuses: { number: 'incomplete', 'number 12345678901234567': 'invalid', 'number 2001 secondary': 'incomplete' },
    undone: ['no number', 'no number 2001', 'default number'],
  },
  'park-slot': {
    section: '2.8',
    mode: DN,
    accepts: {
      'park-slot': 'park-slot',
      'park-slot timeout 60 limit 2 notify 2001 only recall': 'park-slot timeout 60 limit 2 notify 2001 only recall',
      'park directed reservation-group 1 reserved-for 2001 timeout 1 limit 2 notify 2002 transfer 2003 alternate 2004 retry 3 limit 4':
        'park-slot directed reservation-group 1 reserved-for 2001 timeout 1 limit 2 notify 2002 transfer 2003 alternate 2004 retry 3 limit 4',
    },
    refuses: {
      'park-slot timeout 60': 'incomplete',
      'park-slot timeout 65536 limit 1': 'invalid',
      'park-slot recall directed': 'invalid',
    },
    undone: ['no park-slot', 'default park-slot'],
  },
  paging: {
    section: '2.8',
    mode: DN,
    accepts: {
      paging: 'paging',
      'paging ip 239.1.1.10 port 2000': 'paging ip 239.1.1.10 port 2000',
      'paging group 20,21': 'paging group 20,21',
    },
    refuses: { 'paging ip 239.1.1.10': 'incomplete', 'paging ip 239.1.1.10 port 1999': 'invalid' },
    undone: ['no paging', 'default paging'],
  },
  conference: {
    section: '2.8',
    mode: DN,
    accepts: {
      'conference ad-hoc': 'conference ad-hoc',
      'conf ad video': 'conference ad-hoc video',
      'conference meetme video homogeneous': 'conference meetme video homogeneous',
      'conference unlocked': 'conference unlocked',
    },
    refuses: { conference: 'incomplete', 'conference ad-hoc homogeneous': 'invalid' },
    undone: ['no conference', 'no conference ad-hoc', 'default conference'],
  },
  label: {
    section: '2.8',
    after: NUMBER,
    mode: DN,
    accepts: { 'label Sales & "more"': 'label Sales & "more"' },
    refuses: { label: 'incomplete', 'label 1234567890123456789012345678901': 'invalid' },
    undone: ['no label', 'default label'],
  },
  'name and description': {
    section: '2.8',
    mode: DN,
    accepts: { 'name Ada Lovelace': 'name Ada Lovelace', 'description first floor': 'description first floor' },
    refuses: { name: 'incomplete', 'name a\u0007b': 'invalid' },
    undone: ['no name', 'no name Ada Lovelace', 'default name'],
  },
  'allow watch': {
    section: '2.3',
    mode: DN,
    accepts: { 'allow watch': 'allow watch', 'no allow watch': 'no allow watch' },
    refuses: { allow: 'incomplete' },
    undone: ['default allow watch'],
  },
  'ephone-dn-template': {
    section: '2.8',
    mode: DN,
    accepts: { 'ephone-dn-template 15': 'ephone-dn-template 15' },
    refuses: { 'ephone-dn-template 0': 'invalid', 'ephone-dn-template 16': 'invalid' },
    undone: ['no ephone-dn-template', 'no ephone-dn-template 15', 'default ephone-dn-template'],
  },
  application: {
    mode: DN,
    accepts: { 'application default': 'application default' },
    refuses: { application: 'incomplete' },
    undone: ['no application'],
  },
  'call-forward': {
    mode: DN,
    accepts: {
      'call-forward all 2002': 'call-forward all 2002',
      'call-forward busy 500 secondary': 'call-forward busy 500 secondary',
      'call-forward noan 500 timeout 10': 'call-forward noan 500 timeout 10',
    },
    refuses: { 'call-forward noan 500': 'incomplete', 'call-forward noan 500 timeout 2': 'invalid' },
    undone: ['no call-forward all', 'default call-forward all'],
  },
  'shared-line sip': {
    section: '2.8',
    mode: DN,
    accepts: { 'shared-line sip': 'shared-line sip', 'shared-line sip max calls 16': 'shared-line sip max calls 16' },
    refuses: {
      'shared-line': 'incomplete',
      'shared-line sip max calls 17': 'invalid',
      'shared-line sip max-calls 3': 'invalid',
    },
    undone: ['no shared-line sip', 'default shared-line sip'],
  },
  preference: {
    mode: DN,
    accepts: { 'preference 1': 'preference 1', 'preference 1 secondary 9': 'preference 1 secondary 9' },
    refuses: { 'preference 11': 'invalid' },
    undone: ['no preference', 'default preference'],
  },
  'huntstop channel': {
    section: '2.8',
    mode: DN,
    accepts: { 'huntstop channel': 'huntstop channel', 'hunt chan 4': 'huntstop channel 4' },
    refuses: { 'huntstop channel 9': 'invalid', 'huntstop x': 'invalid' },
    undone: ['no huntstop channel', 'default huntstop channel'],
  },
  huntstop: {
    mode: DN,
    accepts: { 'no huntstop': 'no huntstop', huntstop: '' },
    refuses: { 'no huntstop 1': 'invalid' },
    undone: ['huntstop', 'default huntstop'],
  },
  'template: allow watch': {
    section: '2.3',
    mode: ['ephone-dn-template 1'],
    accepts: { 'allow watch': 'allow watch', 'no allow watch': 'no allow watch' },
    refuses: { 'allow subscribe': 'invalid' },
    undone: ['default allow watch'],
  },
};

describeCommands(DN_TABLE);
