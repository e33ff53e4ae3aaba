import { type Command, flag, taggedMode } from '../command';
import { setting } from '../command-kinds';
import { type DialPeer } from '../config';

const sessionTransport: Command<DialPeer> = {
  pattern: 'session transport ~ <system|tcp|udp>$transport [tls]',
  help: ['Session', 'Transport of SIP', 'What sip-ua says', 'TCP', 'UDP', 'With TLS'],
  refuse: (_peer, args) => (args.has('tls') && args.text('transport') !== 'tcp' ? '% tls needs tcp' : undefined),
  set: (peer, args) => {
    const tls = args.has('tls') && args.text('transport') === 'tcp' ? ' tls' : '';
    peer.sessionTransport = `${args.text('transport')}${tls}` as DialPeer['sessionTransport'];
  },
  unset: (peer) => {
    delete peer.sessionTransport;
  },
  render: ({ sessionTransport: transport }) => (transport === undefined ? [] : [`session transport ${transport}`]),
};

/** `dial-peer voice <tag> voip`: where calls beyond this system go [cme-presence 2.8]; in the order of cme-presence 6.3. */
export const dialPeer = taggedMode<DialPeer>({
  name: 'dial-peer voice',
  prompt: 'config-dial-peer',
  pattern: 'dial-peer voice (1-2147483647)$tag ~ voip',
  help: ['Where calls go', 'Calls', 'Tag of the dial peer', 'Over IP'],
  table: 'dialPeers',
  create: (tag) => ({ tag, shutdown: false, preference: 0 }),
  heading: ({ tag }) => `dial-peer voice ${tag} voip`,
  commands: [
    setting('description', 'DISPLAY', ['What it is for', 'Text'], 'description'),
    flag<DialPeer>('shutdown', ['It is not used'], 'shutdown'),
    setting('preference', '(0-10)', ['Order among equal dial peers', '0 is first'], 'preference', 0),
    setting(
      'destination-pattern',
      'DIALPLAN',
      ['Numbers that calls go to by it', 'Pattern; a dot is any digit, T any more of them'],
      'destinationPattern',
    ),
    setting(
      'session protocol',
      '<sipv2|cisco>',
      ['Session', 'Protocol', 'SIP, the only one that linewatch speaks', 'H.323, the default'],
      'sessionProtocol',
    ),
    setting(
      'session target',
      'TARGET',
      ['Session', 'Where its calls go', 'ipv4:A.B.C.D[:port], or another kind that is kept without effect'],
      'sessionTarget',
    ),
    sessionTransport,
    setting('dtmf-relay', 'LINE', ['Transport of DTMF digits, kept without effect', 'Ways'], 'dtmfRelay'),
    setting('codec', 'LINE', ['Codec, kept without effect', 'Codec'], 'codec'),
  ],
});
