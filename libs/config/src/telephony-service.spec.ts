import { type CommandRow, describeCommands } from './testing/command-table';

const TELEPHONY = ['telephony-service'];

const TELEPHONY_TABLE: Record<string, CommandRow> = {
  'auto-reg-ephone': {
    mode: TELEPHONY,
    accepts: { 'no auto-reg-ephone': 'no auto-reg-ephone', 'auto-reg-ephone': '' },
    refuses: { 'auto-reg-ephone 1': 'invalid' },
    undone: ['auto-reg-ephone', 'default auto-reg-ephone'],
  },
  load: {
    mode: TELEPHONY,
    accepts: { 'load 7960-7940 P00308000500': 'load 7960-7940 P00308000500' },
    refuses: { 'load 7960': 'incomplete' },
    undone: ['no load 7960-7940'],
  },
  'max-ephones': {
    section: '2.8',
    mode: TELEPHONY,
    accepts: { 'max-ephones 100': 'max-ephones 100', 'max-ephones 1000000': 'max-ephones 1000000' },
    refuses: { 'max-ephones': 'incomplete', 'max-ephones 0': 'invalid', 'max-ephones 1000001': 'invalid' },
    undone: ['no max-ephones', 'no max-ephones 100', 'default max-ephones'],
  },
  'max-dn': {
    section: '2.8',
    mode: TELEPHONY,
    accepts: {
      'max-dn 300': 'max-dn 300',
      'max-dn 300 preference 10': 'max-dn 300 preference 10',
      'max-dn 300 no-reg both': 'max-dn 300 no-reg both',
      'max-dn 300 pref 1 no-reg prim': 'max-dn 300 preference 1 no-reg primary',
    },
    refuses: { 'max-dn 0': 'invalid', 'max-dn 300 preference 11': 'invalid', 'max-dn 300 no-reg': 'incomplete' },
    undone: ['no max-dn', 'default max-dn'],
  },
  'ip source-address': {
    mode: TELEPHONY,
    accepts: {
      'ip source-address 11.1.1.2 port 2000': 'ip source-address 11.1.1.2 port 2000',
      'ip source-address 11.1.1.2': 'ip source-address 11.1.1.2 port 2000',
      'ip s 11.1.1.2 p 2443 strict': 'ip source-address 11.1.1.2 port 2443 strict-match',
      'ip source-address 11.1.1.2 port 2000 secondary 11.1.1.3 rehome 5 any-match':
        'ip source-address 11.1.1.2 port 2000 secondary 11.1.1.3 rehome 5 any-match',
      'ip source-address 11.1.1.2 any-match': 'ip source-address 11.1.1.2 port 2000 any-match',
    },
    refuses: { 'ip source-address': 'incomplete', 'ip source-address 11.1.1.2 port 0': 'invalid' },
    undone: ['no ip source-address', 'no ip source-address 11.1.1.2 port 2000', 'default ip source-address'],
  },
  'service dss': {
    section: '2.8',
    mode: TELEPHONY,
    accepts: { 'service dss': 'service dss' },
    refuses: { 'service dss 1': 'invalid', service: 'incomplete' },
    undone: ['no service dss'],
  },
  'service profile': {
    section: '2.8',
    mode: TELEPHONY,
    accepts: {
      'service profile callLogBlfEnabled': 'service profile callLogBlfEnabled',
      'ser pro calllog': 'service profile callLogBlfEnabled',
    },
    refuses: { 'service profile': 'incomplete', 'service profile x': 'invalid' },
    undone: ['no service profile callLogBlfEnabled'],
  },
  timeouts: {
    mode: TELEPHONY,
    accepts: {
      'timeouts interdigit 5': 'timeouts interdigit 5',
      'timeouts interdigit 10': '',
      'timeouts ringing 60': 'timeouts ringing 60',
      'timeouts busy 0': 'timeouts busy 0',
    },
    refuses: {
      'timeouts interdigit 1': 'invalid',
      'timeouts interdigit 121': 'invalid',
      'timeouts ringing 4': 'invalid',
      'timeouts busy 31': 'invalid',
    },
    undone: ['no timeouts interdigit', 'default timeouts interdigit'],
  },
  'system message': {
    mode: TELEPHONY,
    accepts: { 'system message Acme Corp': 'system message Acme Corp' },
    refuses: { 'system message': 'incomplete', 'system message 1234567890123456789012345678901': 'invalid' },
    undone: ['no system message', 'default system message'],
  },
  url: {
    mode: TELEPHONY,
    accepts: { 'url directories http://11.1.1.2/localdirectory': 'url directories http://11.1.1.2/localdirectory' },
    refuses: { 'url directories': 'incomplete', 'url x http://y': 'invalid' },
    undone: ['no url directories'],
  },
  'time and date': {
    mode: TELEPHONY,
    accepts: { 'time-format 24': 'time-format 24', 'date-format dd': 'date-format dd-mm-yy', 'time-format 12': '' },
    refuses: { 'time-format 13': 'invalid', 'date-format yy': 'ambiguous' },
    undone: ['no time-format', 'default time-format'],
  },
  voicemail: {
    mode: TELEPHONY,
    accepts: { 'voicemail 8000': 'voicemail 8000' },
    refuses: { voicemail: 'incomplete' },
    undone: ['no voicemail'],
  },
  'max-conferences': {
    mode: TELEPHONY,
    accepts: { 'max-conferences 6 gain -6': 'max-conferences 6 gain -6', 'max-conf 8': 'max-conferences 8' },
    refuses: { 'max-conferences 6 gain 1': 'invalid', 'max-conferences': 'incomplete' },
    undone: ['no max-conferences'],
  },
  'call-forward pattern': {
    mode: TELEPHONY,
    accepts: { 'call-forward pattern .T': 'call-forward pattern .T' },
    refuses: { 'call-forward pattern': 'incomplete', 'call-forward pattern x': 'invalid' },
    undone: ['no call-forward pattern .T'],
  },
  'transfer-system': {
    mode: TELEPHONY,
    accepts: {
      'transfer-system full-consult': 'transfer-system full-consult',
      'transfer-system full-consult dss': 'transfer-system full-consult dss',
      'transfer-system blind': 'transfer-system blind',
    },
    refuses: { 'transfer-system full': 'ambiguous', 'transfer-system blind dss': 'rejected' },
    undone: ['no transfer-system', 'default transfer-system'],
  },
  'transfer-pattern': {
    mode: TELEPHONY,
    accepts: { 'transfer-pattern .T': 'transfer-pattern .T', 'transfer-pattern 9T blind': 'transfer-pattern 9T blind' },
    refuses: { 'transfer-pattern': 'incomplete' },
    undone: ['no transfer-pattern .T'],
  },
  keepalive: {
    mode: TELEPHONY,
    accepts: {
      'keepalive 60': 'keepalive 60',
      'keepalive 30': '',
      'keepalive 30 auxiliary 45': 'keepalive 30 auxiliary 45',
    },
    refuses: { 'keepalive 9': 'invalid', 'keepalive 65536': 'invalid' },
    undone: ['no keepalive', 'default keepalive'],
  },
  'create cnf-files': {
    section: '2.8',
    mode: TELEPHONY,
    accepts: {
      'create cnf-files version-stamp Jan 01 2002 00:00:00': 'create cnf-files version-stamp Jan 01 2002 00:00:00',
      'create cnf-files': '',
    },
    refuses: { create: 'incomplete', 'create profile': 'invalid' },
    undone: ['no create cnf-files'],
  },
};

describeCommands(TELEPHONY_TABLE);
