import { flag, taggedMode } from '../command';
import { order, setting } from '../command-kinds';
import { type VoiceRegisterPool } from '../config';
import { formatMac } from '../mac';
import { username } from './common';
import { blfSpeedDial, fastdial, featureButton, speedDial } from './phone-keys';
import { sessionTransport } from './voice-register-template';

/** `voice register pool <tag>`: a SIP phone [cme-presence 2.4, 2.8]; commands in the order of cme-presence 6.6. */
export const voiceRegisterPool = taggedMode<VoiceRegisterPool>({
  name: 'voice register pool',
  prompt: 'config-register-pool',
  pattern: 'voice register pool (1-MAX)$tag',
  help: ['Voice configuration commands', 'SIP phones', 'A phone', 'Tag of the phone'],
  table: 'pools',
  first: {
    word: 'id',
    isGiven: (pool) => printId(pool) !== undefined,
    refusal: '% The id of this pool has to be configured first',
  },
  phones: 'sip',
  create: (tag) => ({
    tag,
    numbers: {},
    callList: false,
    blfSpeedDials: {},
    fastdials: {},
    speedDials: {},
    featureButtons: {},
    dnd: false,
  }),
  commands: [
    fastdial(),
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
    setting('dtmf-relay', 'LINE', ['Transport of DTMF digits, kept without effect', 'Ways'], 'dtmfRelay'),
    username(),
    setting('codec', 'LINE', ['Codec, kept without effect', 'Codec'], 'codec'),
    setting('paging-dn', '(1-MAX)', ['Paging number whose pages the phone gets', 'Tag of the ephone-dn'], 'pagingDn'),
    setting('logout-profile', '(1-MAX)', ['Profile while nobody is logged in', 'Tag of the profile'], 'logoutProfile'),
    flag<VoiceRegisterPool>('dnd', ['The phone is in do-not-disturb, not shown to watchers'], 'dnd'),
    featureButton(),
    speedDial(),
    blfSpeedDial('(1-113)'),
    order('restart', ['Restart the phone'], 'restart'),
    order('reset', ['Reset the phone'], 'reset'),
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
