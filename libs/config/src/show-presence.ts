import type { Config } from './config';

/** What `show presence global` says, as data. */
export interface PresenceGlobal {
  enabled: boolean;
  externalWatchers: boolean;
  maxSubscription: number;
  /** Active subscriptions now. */
  subscriptions: number;
  externalSubscribe: boolean;
  callList: boolean;
  /** `0.0.0.0` when none is configured. */
  server: string;
  sccpRetryInterval: number;
  sccpRetryLimit: number;
  mode: 'CME mode' | 'SRST mode';
}

/** The JSON form of `show presence global`. */
export function presenceGlobal(config: Config, activeSubscriptions: number): PresenceGlobal {
  const { presence } = config;
  return {
    enabled: presence.enabled,
    externalWatchers: presence.watcherAll,
    maxSubscription: presence.maxSubscription,
    subscriptions: activeSubscriptions,
    externalSubscribe: presence.allowSubscribe,
    callList: presence.callList,
    server: presence.server ?? '0.0.0.0',
    sccpRetryInterval: presence.sccpRetryInterval,
    sccpRetryLimit: presence.sccpRetryLimit,
    // A fresh system, without `mode`, already says CME [T-1].
    mode: config.voiceRegisterGlobal.mode === 'esrst' ? 'SRST mode' : 'CME mode',
  };
}

/** `show presence global`, byte for byte; starts with the empty line that follows the command [cme-presence 5.1]. */
export function showPresenceGlobal(config: Config, activeSubscriptions: number): string {
  const shown = presenceGlobal(config, activeSubscriptions);
  const rows: [string, boolean | number | string][] = [
    ['Presence feature enable', shown.enabled],
    ['Presence allow external watchers', shown.externalWatchers],
    ['Presence max subscription allowed', shown.maxSubscription],
    ['Presence number of subscriptions', shown.subscriptions],
    ['Presence allow external subscribe', shown.externalSubscribe],
    ['Presence call list enable', shown.callList],
    ['Presence server IP address', shown.server],
    ['Presence sccp blfsd retry interval', shown.sccpRetryInterval],
    ['Presence sccp blfsd retry limit', shown.sccpRetryLimit],
    ['Presence router mode', shown.mode],
  ];
  const lines = rows.map(([label, value]) => `${label.padEnd(35)}: ${String(value).replace(/^(true|false)$/, upper)}`);
  return ['', 'Presence Global Configuration Information:', '='.repeat(45), ...lines, ''].join('\n');
}

function upper(text: string): string {
  return text.toUpperCase();
}
