import { type Command, InvalidArgumentError } from 'commander';
import type { ConsoleIo } from '../console-io';
import {
  type PresenceSubscription,
  type PresenceSubscriptions,
  showSubscriptionDetails,
  showSubscriptionRecords,
  showSubscriptionSummary,
} from '../layouts/presence-subscription';
import { subscriptionView } from '../layouts/subscription-view';
import { readSubscriptions } from '../subscriptions';
import { withSystem } from '../system';

type Layout = (records: readonly PresenceSubscription[]) => string;

/**
 * `show presence subscription [summary | details | presentity <number> | subid <id>] [--json]` [cme-presence 5.2];
 * JSON: `PresenceSubscriptions`, the same for every keyword.
 */
export function addShowPresenceSubscription(presence: Command, io: ConsoleIo): void {
  const show = async (command: Command, layout: Layout, wanted: { presentity?: string; subId?: number } = {}) => {
    const { json } = command.optsWithGlobals<{ json?: boolean }>();
    const records = await withSystem(io, ({ bus }) => recordsOf(io, bus, wanted));
    io.stdout.write(json ? jsonOf(records) : layout(records));
  };
  const subscription = presence
    .command('subscription')
    .description(
      'the subscriptions there are: who watches whom; with a keyword in another layout, or some of them only',
    )
    .action((_options, command: Command) => show(command, showSubscriptionRecords));
  subscription
    .command('summary')
    .description('one row for each')
    .action((_options, command: Command) => show(command, showSubscriptionSummary));
  subscription
    .command('details')
    .description('all that is known of each')
    .action((_options, command: Command) => show(command, showSubscriptionDetails));
  subscription
    .command('presentity')
    .description('those that watch one number')
    .argument('<telephone-number>')
    .action((presentity: string, _options, command: Command) => show(command, showSubscriptionRecords, { presentity }));
  subscription
    .command('subid')
    .description('one of them')
    .argument('<subscription-id>', 'its number', subscriptionId)
    .action((subId: number, _options, command: Command) => show(command, showSubscriptionRecords, { subId }));
}

/** Only what is shown of each record is kept: there may be as many as `max-subscription` allows. */
async function recordsOf(
  io: ConsoleIo,
  bus: Parameters<typeof readSubscriptions>[0],
  wanted: { presentity?: string; subId?: number },
): Promise<PresenceSubscription[]> {
  const records: PresenceSubscription[] = [];
  await readSubscriptions(bus, wanted, (record) => records.push(subscriptionView(record, io.now())));
  return records;
}

function jsonOf(records: readonly PresenceSubscription[]): string {
  const shown: PresenceSubscriptions = { subscriptions: records.length, records };
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

function subscriptionId(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new InvalidArgumentError('It must be a number.');
  return number;
}
