import type { Config } from '@linewatch/config';
import { type CallSettings, defaultCallSettings } from '@linewatch/sccp';

/** What `telephony-service` says of calls. */
export function callSettings({ telephonyService }: Pick<Config, 'telephonyService'>): CallSettings {
  const { interdigitTimeout, busyTimeout, transferSystem } = telephonyService;
  return {
    ...defaultCallSettings,
    interdigitMs: interdigitTimeout * 1_000,
    failedToneMs: busyTimeout * 1_000,
    transferSystem: transferSystem === 'blind' || transferSystem === 'full-blind' ? 'full-blind' : 'full-consult',
  };
}
