import { flag, taggedMode } from '../command';
import { type Password, type VoiceRegisterPool } from '../config';
import { formatMac } from '../mac';
import { printPassword } from './sip-ua';
import { sessionTransport } from './voice-register-template';

/** `voice register pool <tag>`: a SIP phone [cme-presence 2.4, 2.8]; commands in the order of cme-presence 6.6. */
export const voiceRegisterPool = taggedMode<VoiceRegisterPool>({
  name: 'voice register pool',
  prompt: 'config-register-pool',
  pattern: 'voice register pool (1-MAX)$tag',
  help: ['Voice configuration commands', 'SIP phones', 'A phone', 'Tag of the phone'],
  table: 'pools',
  create: (tag) => ({ tag, numbers: {}, callList: false, blfSpeedDials: {} }),
  commands: [
    {
      pattern:
        'id ~ <mac H.H.H$mac|ip A.B.C.D$ip [mask MASK$ipMask]|network A.B.C.D$network mask MASK$mask> [device-id-name NAME$device]',
      help: [
        'How the phone is known',
        'By its MAC address',
        'MAC address',
        'By its IP address',
        'IP address',
        'Mask of the IP address',
        'Mask, 255.255.255.255 by default',
        'By the network it is in',
        'IP address of the network',
        'Mask of the network',
        'Mask',
        'Name of the device',
        'Name',
      ],
      set: (pool, args) => {
        forgetId(pool);
        if (args.has('mac')) pool.idMac = args.text('mac');
        else if (args.has('network')) pool.idNetwork = { address: args.text('network'), mask: args.text('mask') };
        // An address with a mask that leaves room for others is a network by another name.
        else if (args.has('ipMask') && args.text('ipMask') !== '255.255.255.255')
          pool.idNetwork = { address: args.text('ip'), mask: args.text('ipMask') };
        else pool.idIp = args.text('ip');
        if (args.has('device')) pool.deviceIdName = args.text('device');
      },
      unset: forgetId,
      render: (pool) => {
        const id = printId(pool);
        const device = pool.deviceIdName === undefined ? '' : ` device-id-name ${pool.deviceIdName}`;
        return id === undefined ? [] : [`id ${id}${device}`];
      },
    },
    sessionTransport(),
    {
      pattern: 'type ~ NAME$type [addon LINE$addon]',
      help: ['Model of the phone', 'Model, e.g. 7971', 'Expansion modules', 'Number and model of each'],
      set: (pool, args) => {
        pool.type = args.text('type');
        if (args.has('addon')) pool.addon = args.text('addon');
        else delete pool.addon;
      },
      unset: (pool) => {
        delete pool.type;
        delete pool.addon;
      },
      render: ({ type, addon }) =>
        type === undefined ? [] : [`type ${type}${addon === undefined ? '' : ` addon ${addon}`}`],
    },
    {
      pattern: 'number (1-114)$tag ~ dn (1-MAX)$dn',
      help: [
        'A line of the phone',
        'Tag of the line; 1 is the primary line',
        'The directory number it carries',
        'Tag of the voice register dn',
      ],
      set: (pool, args, draft) => {
        draft.own(pool, 'numbers')[args.number('tag')] = args.number('dn');
      },
      unset: (pool, args, draft) => {
        delete draft.own(pool, 'numbers')[args.number('tag')];
      },
      render: ({ numbers }) => Object.entries(numbers).map(([tag, dn]) => `number ${tag} dn ${dn}`),
    },
    {
      pattern: 'template ~ (1-10)$template',
      help: ['Template the phone follows', 'Tag of the voice register template'],
      set: (pool, args) => {
        pool.template = args.number('template');
      },
      unset: (pool) => {
        delete pool.template;
      },
      render: ({ template }) => (template === undefined ? [] : [`template ${template}`]),
    },
    flag<VoiceRegisterPool>('presence call-list', ['Presence features', 'BLF call-list of this phone'], 'callList'),
    {
      pattern: 'username ~ WORD$username [password [<0|6>$type] WORD$password]',
      help: [
        'Credential of the registration',
        'User name',
        'Password',
        'A clear text password follows',
        'An encrypted password follows',
        'The password',
      ],
      set: (pool, args) => {
        forgetCredential(pool);
        pool.username = args.text('username');
        if (!args.has('password')) return;
        pool.password = { text: args.text('password') };
        if (args.has('type')) pool.password.type = args.text('type') as Password['type'];
      },
      unset: forgetCredential,
      render: ({ username, password }) =>
        username === undefined
          ? []
          : [`username ${username}${password === undefined ? '' : ` password ${printPassword(password)}`}`],
    },
    {
      pattern: 'blf-speed-dial (1-113)$tag ~ DIALED$number label STRING$label [device]',
      help: [
        'A key that dials a number and shows its status',
        'Tag of the key',
        'Number to dial and watch',
        'Text beside the key',
        'Up to 30 characters, in quotes if there are blanks',
        'Watch the phone whose primary line has the number',
      ],
      set: (pool, args, draft) => {
        draft.own(pool, 'blfSpeedDials')[args.number('tag')] = {
          number: args.text('number'),
          label: args.text('label'),
          device: args.has('device'),
        };
      },
      unset: (pool, args, draft) => {
        delete draft.own(pool, 'blfSpeedDials')[args.number('tag')];
      },
      render: ({ blfSpeedDials }) =>
        Object.entries(blfSpeedDials).map(
          ([tag, { number, label, device }]) =>
            `blf-speed-dial ${tag} ${number} label "${label}"${device ? ' device' : ''}`,
        ),
    },
  ],
});

function printId(pool: VoiceRegisterPool): string | undefined {
  if (pool.idMac !== undefined) return `mac ${formatMac(pool.idMac)}`;
  if (pool.idIp !== undefined) return `ip ${pool.idIp} mask 255.255.255.255`;
  if (pool.idNetwork !== undefined) return `network ${pool.idNetwork.address} mask ${pool.idNetwork.mask}`;
  return undefined;
}

function forgetId(pool: VoiceRegisterPool): void {
  delete pool.idMac;
  delete pool.idIp;
  delete pool.idNetwork;
  delete pool.deviceIdName;
}

function forgetCredential(pool: VoiceRegisterPool): void {
  delete pool.username;
  delete pool.password;
}
