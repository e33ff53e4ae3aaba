import { type CommandRow, describeCommands } from './testing/command-table';

const MAC = ['mac-address 0015.6247.EFFF'];
const PHONE = ['ephone 1'];
const TEMPLATE = ['ephone-template 1'];

const PHONE_TABLE: Record<string, CommandRow> = {
  'mac-address': {
    section: '2.8',
    mode: PHONE,
    accepts: {
      'mac-address 0012.7F57.62A5': 'mac-address 0012.7F57.62A5',
      'mac 00:12:7f:57:62:a5 reserved': 'mac-address 0012.7F57.62A5 reserved',
      'mac-address': '',
    },
    refuses: { 'mac-address 0012.7F57': 'invalid' },
    undone: ['no mac-address', 'no mac-address 0012.7F57.62A5', 'default mac-address'],
  },
  type: {
    section: '2.8',
    mode: PHONE,
    accepts: {
      'type 7960': 'type 7960',
      'type 7941ge': 'type 7941GE',
      'type 7960 addon 1 7914 2 7914': 'type 7960 addon 1 7914 2 7914',
      'type vgc': 'type vgc-phone',
      'type E61': 'type E61',
    },
    refuses: {
      type: 'incomplete',
      'type 79': 'ambiguous',
      'type 7960 addon 1 CKEM': 'invalid',
      'type 7960 addon 1': 'incomplete',
    },
    undone: ['no type', 'no type 7960', 'default type'],
  },
  button: {
    section: '2.8',
    mode: PHONE,
    accepts: {
      'button 1:1 2:2': 'button  1:1 2:2',
      'button  1:1  2b2 3c3,4 4f5 5m6 6o7,8 7s9 8w10 9x6': 'button  1:1 2b2 3c3,4 4f5 5m6 6o7,8 7s9 8w10 9x6',
      'button 2:2 1:1': 'button  1:1 2:2',
      'button 1o3,3,2': 'button  1o3,2',
    },
    refuses: {
      button: 'incomplete',
      'button 1': 'invalid',
      'button 0:1': 'invalid',
      'button 57:1': 'invalid',
      'button 1:1 2:0': 'invalid',
      'button 1:1,2': 'invalid',
      'button 1q1': 'invalid',
      'button 1:1000001': 'invalid',
      'button 1o1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26': 'invalid',
    },
    undone: ['no button', 'no button 1:1 2:2', 'no button 2:9 1:9', 'default button'],
  },
  'auto-line': {
    section: '2.8',
    mode: PHONE,
    accepts: {
      'auto-line 3': 'auto-line 3',
      'auto-line 3 answer-incoming': 'auto-line 3 answer-incoming',
      'auto-line incoming': 'auto-line incoming',
      'no auto-line': 'no auto-line',
      'auto-line': '',
    },
    refuses: { 'auto-line 57': 'invalid', 'auto-line incoming 3': 'invalid' },
    undone: ['auto-line', 'default auto-line'],
  },
  fastdial: {
    mode: PHONE,
    accepts: { 'fastdial 1 1002': 'fastdial 1 1002', 'fastdial 2 5 name "Mr X"': 'fastdial 2 5 name "Mr X"' },
    refuses: { 'fastdial 1': 'incomplete', 'fastdial 101 5': 'invalid' },
    undone: ['no fastdial 1'],
  },
  'speed-dial': {
    mode: PHONE,
    accepts: {
      'speed-dial 36 +5001': 'speed-dial 36 +5001',
      'speed-dial 1 5001 label Head': 'speed-dial 1 5001 label "Head"',
    },
    refuses: { 'speed-dial 37 1': 'invalid', 'speed-dial 1': 'incomplete' },
    undone: ['no speed-dial 36', 'default speed-dial 36'],
  },
  'blf-speed-dial': {
    section: '2.4',
    mode: PHONE,
    accepts: {
      'blf-speed-dial 1 2101 label "2101"': 'blf-speed-dial 1 2101 label "2101"',
      'blf-speed-dial 75 2001 label "sales" device': 'blf-speed-dial 75 2001 label "sales" device',
    },
    refuses: {
      'blf-speed-dial 76 2101 label x': 'invalid',
      'blf-speed-dial 0 2101 label x': 'invalid',
      'blf-speed-dial 1 2101': 'incomplete',
      'blf-speed-dial 1 2101 label 1234567890123456789012345678901': 'invalid',
    },
    undone: ['no blf-speed-dial 1', 'default blf-speed-dial 1'],
  },
  'presence call-list': {
    section: '2.5',
    mode: PHONE,
    accepts: { 'presence call-list': 'presence call-list' },
    refuses: { 'presence call-list x': 'invalid' },
    undone: ['no presence call-list', 'default presence call-list'],
  },
  'phone-ui blf-speed-dial': {
    section: '2.6',
    mode: PHONE,
    accepts: { 'no phone-ui blf-speed-dial': 'no phone-ui blf-speed-dial', 'phone-ui blf-speed-dial': '' },
    refuses: { 'phone-ui x': 'invalid' },
    undone: ['phone-ui blf-speed-dial', 'default phone-ui blf-speed-dial'],
  },
  'ephone-template': {
    section: '2.8',
    after: MAC,
    mode: PHONE,
    accepts: { 'ephone-template 20': 'ephone-template 20' },
    refuses: { 'ephone-template 21': 'invalid' },
    undone: ['no ephone-template', 'default ephone-template'],
  },
  username: {
    mode: PHONE,
    accepts: {
      'username ada password secret': 'username "ada" password secret',
      'username "Ada L" password secret': 'username "Ada L" password secret',
    },
    refuses: { username: 'incomplete', 'username ada password': 'incomplete' },
    undone: ['no username', 'default username'],
  },
  'paging-dn': {
    mode: PHONE,
    accepts: { 'paging-dn 22': 'paging-dn 22', 'paging-dn 22 unicast': 'paging-dn 22 unicast' },
    refuses: { 'paging-dn x': 'invalid' },
    undone: ['no paging-dn'],
  },
  'other settings of a phone': {
    mode: PHONE,
    accepts: {
      'keepalive 60': 'keepalive 60',
      'description lobby': 'description lobby',
      'max-calls-per-button 3': 'max-calls-per-button 3',
      'busy-trigger-per-button 2': 'busy-trigger-per-button 2',
      'logout-profile 1': 'logout-profile 1',
    },
    refuses: { 'keepalive 9': 'invalid', 'max-calls-per-button 9': 'invalid' },
    undone: ['no keepalive', 'default keepalive'],
  },
  'feature-button': {
    mode: PHONE,
    accepts: {
      'feature-button 1 Park': 'feature-button 1 Park',
      'feature-button 24 Dnd label "Quiet"': 'feature-button 24 Dnd label "Quiet"',
    },
    refuses: { 'feature-button 25 Park': 'invalid', 'feature-button 1': 'incomplete' },
    undone: ['no feature-button 1'],
  },
  'button-layout': {
    section: '2.8',
    mode: TEMPLATE,
    accepts: {
      'button-layout 1 line': 'button-layout 1 line',
      'button-layout 2,4-6 blf-speed-dial': 'button-layout 2,4-6 blf-speed-dial',
      'button-layout 3,2 feature': 'button-layout 2,3 feature',
      'button-layout 8,11 url': 'button-layout 8,11 url',
    },
    refuses: {
      'button-layout 1': 'incomplete',
      'button-layout 0 line': 'invalid',
      'button-layout 3-2 line': 'invalid',
      'button-layout 57 line': 'invalid',
      'button-layout 2 feature-button': 'invalid',
      'button-layout 1,2 speed-dial': 'rejected',
    },
    undone: ['no button-layout', 'no button-layout 1 line', 'default button-layout'],
  },
  'keys of a template': {
    section: '2.4, 2.6',
    mode: TEMPLATE,
    accepts: {
      'url-button 1 http://10.1.1.1/x My_Dir': 'url-button 1 http://10.1.1.1/x My_Dir',
      'url-button 8 myphoneapp': 'url-button 8 myphoneapp',
      'feature-button 3 CallBack': 'feature-button 3 CallBack',
      'blf-speed-dial 75 2001 label "a b"': 'blf-speed-dial 75 2001 label "a b"',
    },
    refuses: { 'url-button 9 x': 'invalid', 'blf-speed-dial 76 2001 label x': 'invalid' },
    undone: ['no url-button 1'],
  },
};

describeCommands(PHONE_TABLE);
