import { type Mode, singleMode } from '../command';
import { setting } from '../command-kinds';
import { type Registrar, type VoiceServiceVoip, emptyRegistrar } from '../config';

const defaults = emptyRegistrar();
const SUBSCRIPTION = ['Subscriptions of the SIP layer', 'Limit, kept without effect'];

/** `voice service voip`; everything in it but the registrar is kept without effect. */
export const voiceServiceVoip: Mode<VoiceServiceVoip> = {
  ...singleMode<VoiceServiceVoip>({
    name: 'voice service voip',
    prompt: 'conf-voi-serv',
    under: 'configure',
    field: 'voiceServiceVoip',
    help: ['Voice configuration commands', 'Voice services', 'Voice over IP'],
    empty: () => ({ allowConnections: [] }),
    commands: [
      {
        pattern: 'allow-connections <h323|sip>$from to <h323|sip>$to',
        help: [
          'Allow call connection types, kept without effect',
          'From H.323',
          'From SIP',
          'To the connection type that follows',
          'To H.323',
          'To SIP',
        ],
        set: (record, args) => {
          const pair = `${args.text('from')} to ${args.text('to')}`;
          record.allowConnections = [...new Set([...record.allowConnections, pair])].sort();
        },
        unset: (record, args) => {
          const pair = `${args.text('from')} to ${args.text('to')}`;
          record.allowConnections = record.allowConnections.filter((allowed) => allowed !== pair);
        },
        render: ({ allowConnections }) => allowConnections.map((pair) => `allow-connections ${pair}`),
      },
    ],
  }),
  close: (draft) => {
    draft.config.voiceServiceVoip = draft.adopt({ allowConnections: [] });
    // `sip` is a mode inside this one and goes with it.
    draft.config.registrar = draft.adopt(emptyRegistrar());
  },
};

/** `sip` inside `voice service voip`: the registrar. */
export const sip = singleMode<Registrar>({
  name: 'sip',
  prompt: 'conf-serv-sip',
  under: 'voice service voip',
  field: 'registrar',
  help: ['SIP configuration commands'],
  empty: emptyRegistrar,
  commands: [
    {
      // Cisco's own example has `max 240`, below its documented range: both bounds take 60 to 86400 [cme-presence 2.8].
      pattern: 'registrar server ~ [expires [max (60-86400)$max] [min (60-86400)$min]]',
      help: [
        'Registrar commands',
        'Serve registrations of phones',
        'Bounds of the registration time',
        'Longest time',
        'Seconds, 3600 by default',
        'Shortest time',
        'Seconds, 60 by default',
      ],
      set: (record, args) => {
        record.enabled = true;
        record.maxExpires = args.has('max') ? args.number('max') : defaults.maxExpires;
        record.minExpires = args.has('min') ? args.number('min') : defaults.minExpires;
      },
      unset: (record) => {
        Object.assign(record, emptyRegistrar());
      },
      render: ({ enabled, maxExpires, minExpires }) => {
        if (!enabled) return [];
        const atDefault = maxExpires === defaults.maxExpires && minExpires === defaults.minExpires;
        return [`registrar server${atDefault ? '' : ` expires max ${maxExpires} min ${minExpires}`}`];
      },
    },
    setting('subscription maximum accept', '(1-1000000)', [...SUBSCRIPTION, 'Accepted', 'Number'], 'maxAccepted'),
    setting('subscription maximum originate', '(1-1000000)', [...SUBSCRIPTION, 'Sent', 'Number'], 'maxOriginated'),
  ],
});
