import type { Config } from '@linewatch/config';
import type { PresenceRules } from '@linewatch/presence';

/** What the policy reads of the running configuration; the same for who is asked at subscribe and who decides at delivery. */
export function presenceRules({ presence, sipUa }: Config): PresenceRules {
  return {
    presenceEnabled: presence.enabled,
    sipPresenceEnabled: sipUa.presenceEnable,
    watcherAll: presence.watcherAll,
    allowSubscribe: presence.allowSubscribe,
    server: presence.server,
    maxSubscription: presence.maxSubscription,
  };
}
