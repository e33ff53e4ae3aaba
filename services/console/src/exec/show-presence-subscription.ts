import { type Args, lineDirectory } from '@linewatch/config';
import {
  type PresenceSubscription,
  type PresenceSubscriptions,
  showSubscriptionDetails,
  showSubscriptionRecords,
  showSubscriptionSummary,
} from '../layouts/presence-subscription';
import { outgoingView, subscriptionView } from '../layouts/subscription-view';
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

async function show({ system, running, now }: World, args: Args): Promise<Shown> {
  const records: PresenceSubscription[] = [];
  const wanted = {
    ...(args.has('number') && { presentity: args.text('number') }),
    ...(args.has('subId') && { subId: args.number('subId') }),
  };
  const { server, sccpRetryLimit } = running.current().presence;
  const upstream = { ...(server !== undefined && { server }), retryLimit: sccpRetryLimit };
  const lines = lineDirectory(running.current());
  let subscriptions = 0;
  // Only what is shown of each is kept: there may be as many as `max-subscription` allows.
  await readSubscriptions(system.bus, wanted, (record) => {
    subscriptions += 1;
    // What goes out is no row of the summary [cme-presence 5.2].
    const outgoing = args.has('summary') ? undefined : outgoingView(record, now(), lines, upstream);
    for (const view of [subscriptionView(record, now(), lines), outgoing]) {
      if (view && (wanted.subId === undefined || view.subId === wanted.subId)) records.push(view);
    }
  });
  records.sort((a, b) => a.subId - b.subId);
  const layout = args.has('details')
    ? showSubscriptionDetails
    : args.has('summary')
      ? showSubscriptionSummary
      : showSubscriptionRecords;
  const json: PresenceSubscriptions = { subscriptions, records };
  return { text: layout(records), json };
}
