import { flag, singleMode } from '../command';
import { type PresenceConfig, emptyPresence } from '../config';

const defaults = emptyPresence();

/** `presence`: the service as a whole [cme-presence 2.1]; commands in the order in which Cisco prints them. */
export const presence = singleMode<PresenceConfig>({
  name: 'presence',
  prompt: 'config-presence',
  under: 'configure',
  field: 'presence',
  help: ['Presence configuration commands'],
  empty: emptyPresence,
  enters: (record) => {
    record.enabled = true;
  },
  exists: (record) => record.enabled,
  commands: [
    {
      pattern: 'server ~ A.B.C.D$address',
      help: ['Server for requests for presentities outside', 'IP address of the server'],
      set: (record, args) => {
        // 0.0.0.0 is how `show presence global` prints that there is none.
        if (args.text('address') === '0.0.0.0') delete record.server;
        else record.server = args.text('address');
      },
      unset: (record) => {
        delete record.server;
      },
      render: ({ server }) => (server === undefined ? [] : [`server ${server}`]),
    },
    {
      pattern: 'sccp blf-speed-dial retry-interval ~ (60-3600)$seconds limit (10-100)$attempts',
      help: [
        'SCCP phones',
        'BLF speed-dials of SCCP phones',
        'Time between two attempts to subscribe to a line outside',
        'Seconds',
        'How often to try',
        'Number of attempts',
      ],
      set: (record, args) => {
        record.sccpRetryInterval = args.number('seconds');
        record.sccpRetryLimit = args.number('attempts');
      },
      unset: (record) => {
        record.sccpRetryInterval = defaults.sccpRetryInterval;
        record.sccpRetryLimit = defaults.sccpRetryLimit;
      },
      render: ({ sccpRetryInterval, sccpRetryLimit }) =>
        sccpRetryInterval === defaults.sccpRetryInterval && sccpRetryLimit === defaults.sccpRetryLimit
          ? []
          : [`sccp blf-speed-dial retry-interval ${sccpRetryInterval} limit ${sccpRetryLimit}`],
    },
    flag<PresenceConfig>('presence call-list', ['Presence features', 'BLF call-list for all phones'], 'callList'),
    {
      pattern: 'max-subscription ~ (100-MAX)$limit',
      help: ['Maximum number of concurrent subscriptions', 'Number of subscriptions, from inside and outside together'],
      set: (record, args) => {
        record.maxSubscription = args.number('limit');
      },
      unset: (record) => {
        record.maxSubscription = defaults.maxSubscription;
      },
      render: ({ maxSubscription }) =>
        maxSubscription === defaults.maxSubscription ? [] : [`max-subscription ${maxSubscription}`],
    },
    flag<PresenceConfig>('watcher all', ['Who may watch internal lines', 'External watchers too'], 'watcherAll'),
    flag<PresenceConfig>('allow subscribe', ['Allow', 'Internal watchers to watch external lines'], 'allowSubscribe'),
  ],
});
