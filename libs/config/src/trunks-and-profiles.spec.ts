import { type CommandRow, describeCommands } from './testing/command-table';

const ID = ['id mac 0015.6247.EFFF'];
const PEER = ['dial-peer voice 1 voip'];

const OTHER_TABLE: Record<string, CommandRow> = {
  'destination-pattern': {
    section: '2.8',
    mode: PEER,
    accepts: {
      'destination-pattern 1...': 'destination-pattern 1...',
      'destination-pattern 9T': 'destination-pattern 9T',
    },
    refuses: { 'destination-pattern': 'incomplete', 'destination-pattern x': 'invalid' },
    undone: ['no destination-pattern', 'default destination-pattern'],
  },
  session: {
    section: '2.8',
    mode: PEER,
    accepts: {
      'session target ipv4:11.1.1.4': 'session target ipv4:11.1.1.4',
      'session target ipv4:11.1.1.4:5070': 'session target ipv4:11.1.1.4:5070',
      'session target dns:far.example.com': 'session target dns:far.example.com',
      'session target sip-server': 'session target sip-server',
      'session protocol sipv2': 'session protocol sipv2',
      'session transport tcp': 'session transport tcp',
      'session transport tcp tls': 'session transport tcp tls',
    },
    refuses: {
      'session target ipv4:11.1.1.256': 'invalid',
      'session target ipv4:11.1.1.4:65536': 'invalid',
      'session target ipv4': 'invalid',
      'session protocol sipv1': 'invalid',
      'session transport udp tls': 'rejected',
    },
    undone: ['no session target', 'no session target ipv4:11.1.1.4', 'default session target'],
  },
  'other settings of a dial peer': {
    mode: PEER,
    accepts: {
      'preference 2': 'preference 2',
      'preference 0': '',
      'dtmf-relay sip-notify rtp-nte': 'dtmf-relay sip-notify rtp-nte',
      shutdown: 'shutdown',
      'no shutdown': '',
    },
    refuses: { 'preference 11': 'invalid' },
    undone: ['no preference', 'default preference'],
  },
  'user profile': {
    section: '2.6',
    mode: ['voice user-profile 1'],
    accepts: {
      'speed-dial 1 3001 label "Far" blf': 'speed-dial 1 3001 label "Far" blf',
      'speed-dial 36 3001': 'speed-dial 36 3001',
      'user ada password secret': 'user ada password secret',
      'pin 12345': 'pin 12345',
    },
    refuses: { 'speed-dial 37 1': 'invalid', 'user ada': 'incomplete' },
    undone: ['no speed-dial 1'],
  },
  'logout profile': {
    section: '2.6',
    mode: ['voice logout-profile 1'],
    accepts: { 'speed-dial 1 3001 blf': 'speed-dial 1 3001 blf' },
    refuses: { 'speed-dial 1': 'incomplete' },
    undone: ['no speed-dial 1'],
  },
  'keys of a SIP phone': {
    after: ID,
    mode: ['voice register pool 1'],
    accepts: {
      'fastdial 1 1002': 'fastdial 1 1002',
      'speed-dial 1 2001 label "SD1-2001"': 'speed-dial 1 2001 label "SD1-2001"',
      'feature-button 1 NewCall': 'feature-button 1 NewCall',
      dnd: 'dnd',
      'paging-dn 22': 'paging-dn 22',
      'dtmf-relay rtp-nte': 'dtmf-relay rtp-nte',
    },
    refuses: { 'dnd x': 'invalid' },
    undone: ['no fastdial 1'],
  },
  'layout of a SIP phone': {
    section: '2.8',
    mode: ['voice register template 1'],
    accepts: {
      'button-layout 4,7,9 feature-button': 'button-layout 4,7,9 feature-button',
      'button-layout 8,11 url-button': 'button-layout 8,11 url-button',
      'url-button 1 http://www.example.com My_Dir': 'url-button 1 http://www.example.com My_Dir',
    },
    refuses: { 'button-layout 2 services': 'invalid' },
    undone: ['no button-layout'],
  },
  'subscription maximum': {
    section: '2.8',
    mode: ['voice service voip', 'sip'],
    accepts: {
      'subscription maximum accept 200': 'subscription maximum accept 200',
      'subscription maximum originate 200': 'subscription maximum originate 200',
    },
    refuses: { 'subscription maximum accept': 'incomplete', 'subscription maximum accept 0': 'invalid' },
    undone: ['no subscription maximum accept'],
  },
};

describeCommands(OTHER_TABLE);
