import { type DirectoryView, type SubscriptionDebug } from '@linewatch/edge';
import type { Lamp } from '@linewatch/presence';
import { statusOf } from './lamp-status';
import type { LampRecorder, Watched } from './watch';

/** `debug ephone blf` and `debug presence` of lamps, beside who records what phones were told. */
export function debuggedLamps(
  told: LampRecorder,
  debug: Pick<SubscriptionDebug, 'tap' | 'notified'>,
  directory: { current(): Pick<DirectoryView, 'ephones'> },
): LampRecorder {
  return (watched, state, status) => {
    told(watched, state, status);
    if (!debug.tap.isOn) return;
    const { lamp } = state.view;
    debug.notified(watched, { number: state.cseq, lamp });
    const { device } = watched.watch;
    const { ephones } = directory.current();
    const mac = ephones.byId(device)?.mac;
    debug.tap.tell({ kind: 'ephone-blf', mac }, () =>
      blfLines(`ephone-${device.replace(/^ephone:/, '')}[${ephones.placeOf(device)}]`, watched, lamp),
    );
  };
}

/** The five lines of one notification, as CME prints them [cme-presence 5.4]. @param phone `ephone-<tag>[<place>]` */
export function blfLines(
  phone: string,
  { subId, watch: { place } }: Pick<Watched, 'subId' | 'watch'>,
  lamp: Lamp,
): string[] {
  const isKey = place.kind === 'key';
  const feature = isKey ? place.instance : place.transactionID;
  const message = isKey ? 'StationFeatureStatV2Message' : 'StationNotificationMessage';
  return [
    `skinny_asnl_callback: subID ${subId} type 4`,
    'ASNL_RESP_NOTIFY_INDICATION',
    `${phone}:ASNL notify indication message, feature index ${feature}, subID [${subId}]`,
    `${phone}:line status ${lineStatusOf(lamp)}, subID [${subId}]`,
    `${phone}:${message} sent, status ${statusOf(lamp)}`,
  ];
}

/** The router's own numbers: 1 idle, 6 in use, 0 unknown, 7 do-not-disturb [cme-presence 3.1, 5.4]. */
function lineStatusOf({ state, dnd }: Lamp): number {
  if (state === 'unknown') return 0;
  if (dnd) return 7;
  return state === 'in-use' ? 6 : 1;
}
