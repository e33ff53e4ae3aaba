import type { Args } from '@linewatch/config';
import {
  type PresenceSubscription,
  type PresenceSubscriptions,
  showSubscriptionDetails,
  showSubscriptionRecords,
  showSubscriptionSummary,
} from '../layouts/presence-subscription';
import { subscriptionView } from '../layouts/subscription-view';
import { readSubscriptions } from '../subscriptions';
import type { ExecCommand, Shown, World } from './exec-command';

/** `show presence subscription …` [cme-presence 5.2]; JSON: `PresenceSubscriptions`, the same for every keyword. */
export const showSubscription: ExecCommand = {
  pattern: 'show presence subscription [<details|summary|presentity WORD$number|subid (1-9999999999)$subId>]',
  help: [
    'Show running system information',
    'The presence service',
    'The subscriptions there are: who watches whom',
    'All that is known of each',
    'One row for each',
    'Those that watch one number',
    'Number',
    'One of them',
    'Its number',
  ],
  level: 'user',
  does: { kind: 'show', show },
};

async function show({ system, now }: World, args: Args): Promise<Shown> {
  const records: PresenceSubscription[] = [];
  const wanted = {
    ...(args.has('number') && { presentity: args.text('number') }),
    ...(args.has('subId') && { subId: args.number('subId') }),
  };
  // Only what is shown of each is kept: there may be as many as `max-subscription` allows.
  await readSubscriptions(system.bus, wanted, (record) => void records.push(subscriptionView(record, now())));
  const layout = args.has('details')
    ? showSubscriptionDetails
    : args.has('summary')
      ? showSubscriptionSummary
      : showSubscriptionRecords;
  const json: PresenceSubscriptions = { subscriptions: records.length, records };
  return { text: layout(records), json };
}
