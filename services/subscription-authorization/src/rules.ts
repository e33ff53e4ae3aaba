import type { Config } from '@linewatch/config';
import type { PresenceRules } from '@linewatch/presence';

/** What the policy reads of the running configuration. */
export function presenceRules(config: Config): PresenceRules {
  return {
    presenceEnabled: config.presence.enabled,
    sipPresenceEnabled: config.sipUa.presenceEnable,
    watcherAll: config.presence.watcherAll,
    allowSubscribe: config.presence.allowSubscribe,
    server: config.presence.server,
    maxSubscription: config.presence.maxSubscription,
  };
}
