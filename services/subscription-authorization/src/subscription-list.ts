import type { Bus } from '@linewatch/bus';
import {
  stateReplySchema,
  type Lamp,
  type LineNumber,
  type SubscriptionRecord,
  type SubscriptionsReply,
  type SubscriptionsRequest,
} from '@linewatch/presence';
import type { ActiveWatch, LineTable, SubscriptionTable } from '@linewatch/tables';
import type { SubscriptionRebuilder } from './rebuilder';

/** How long the answer waits for a line whose row is lost. */
const STATE_MS = 2_000;

const statusOf: Record<Lamp['state'], SubscriptionRecord['status']> = {
  idle: 'idle',
  'in-use': 'busy',
  unknown: 'unknown',
};

/** The subscriptions as an operator lists them: pages in the order of their SubIDs, each with what its line shows. */
export class SubscriptionList {
  constructor(
    private readonly table: Pick<SubscriptionTable, 'count' | 'bySubId' | 'bySibling' | 'list' | 'ofLine'>,
    private readonly lines: Pick<LineTable, 'readMany'>,
    private readonly rebuilder: Pick<SubscriptionRebuilder, 'whole'>,
    private readonly bus: Pick<Bus, 'subjects' | 'ask'>,
  ) {}

  /** One page. @throws UnavailableError */
  async page(
    request: Required<Pick<SubscriptionsRequest, 'after' | 'limit'>> & SubscriptionsRequest,
  ): Promise<SubscriptionsReply> {
    await this.rebuilder.whole();
    const [total, found] = await Promise.all([this.table.count(), this.find(request)]);
    const page = found.slice(0, request.limit);
    const status = await this.statusOfLines(page);
    const records = page.map(({ subId, subscription }) => ({
      subId,
      subscription,
      status: status.get(subscription.line) ?? 'unknown',
    }));
    return { total, records, more: found.length > page.length };
  }

  /** The matching subscriptions after the one asked for, one more than the page holds if there are more. */
  private async find({
    after,
    limit,
    presentity,
    subId,
  }: Parameters<SubscriptionList['page']>[0]): Promise<ActiveWatch[]> {
    const matches = (watch: ActiveWatch): boolean =>
      watch.subId > after && (presentity === undefined || watch.subscription.presentity.number === presentity);
    if (subId !== undefined) {
      const watch = (await this.table.bySubId(subId)) ?? (await this.table.bySibling(subId));
      return watch && matches(watch) ? [watch] : [];
    }
    const found: ActiveWatch[] = [];
    if (presentity !== undefined) {
      for await (const watches of this.table.ofLine(presentity)) found.push(...watches.filter(matches));
      return found.sort((a, b) => a.subId - b.subId).slice(0, limit + 1);
    }
    for await (const watches of this.table.list(after, limit + 1)) {
      found.push(...watches);
      if (found.length > limit) break;
    }
    return found.slice(0, limit + 1);
  }

  private async statusOfLines(watches: readonly ActiveWatch[]): Promise<Map<LineNumber, SubscriptionRecord['status']>> {
    const lines = [...new Set(watches.map(({ subscription }) => subscription.line))];
    const rows = await this.lines.readMany(lines);
    const lamps = await Promise.all(
      lines.map(async (line, at) => {
        const row = rows[at];
        return row ? row.published?.view.lamp : this.ask(line);
      }),
    );
    return new Map(lines.map((line, at) => [line, statusOf[lamps[at]?.state ?? 'unknown']]));
  }

  /** A line whose row Redis lost is not empty: presence-state rebuilds it. */
  private async ask(line: LineNumber): Promise<Lamp | undefined> {
    const { subjects } = this.bus;
    const answer = await this.bus.ask(subjects.ask('state'), { line }, { timeoutMs: STATE_MS }).catch(() => undefined);
    const reply = stateReplySchema.safeParse(answer);
    return reply.success ? reply.data.state?.lamp : undefined;
  }
}
