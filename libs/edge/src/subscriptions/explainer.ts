import { AnswerError } from '@linewatch/bus';
import {
  type EdgeId,
  explainRequestSchema,
  type ExplainReply,
  type HeldSubscription,
  isMeant,
  type LineNumber,
  MOST_EXPLAINED,
  withoutProtocol,
} from '@linewatch/presence';
import type { Lines } from '../lines';
import type { OwnedSubscription, OwnedTable } from './owned-subscription';
import type { Refusals } from './refusals';

/** What only the edge's own protocol knows of a subscription. */
export type SubscriptionAccount = Omit<HeldSubscription, 'subId' | 'token' | 'record'>;

/** What answering `explain` needs of the edge. */
export interface ExplainerPorts<Watched extends OwnedSubscription> {
  readonly edge: { readonly id: EdgeId; readonly epoch: number; holds(): boolean };
  readonly table: Pick<OwnedTable<Watched>, 'ofLine'>;
  readonly lines: Pick<Lines, 'get'>;
  /** The line that a number means here. */
  readonly lineOf: (number: string) => LineNumber;
  readonly accountOf: (watched: Watched) => SubscriptionAccount;
  readonly refusals: Pick<Refusals, 'of'>;
}

/** Answers `lw.ask.<edge>.explain` from what this edge has in memory. */
export class Explainer<Watched extends OwnedSubscription> {
  constructor(private readonly ports: ExplainerPorts<Watched>) {}

  /** @throws AnswerError `bad-request` */
  answer(body: unknown): ExplainReply {
    const request = explainRequestSchema.safeParse(body);
    if (!request.success) throw new AnswerError('bad-request', request.error.message);
    const { line: number, watcher: named } = request.data;
    const { edge, table, lines, lineOf, refusals } = this.ports;
    const line = lineOf(number);
    const subscriptions: HeldSubscription[] = [];
    for (const watched of table.ofLine(line)) {
      if (subscriptions.length === MOST_EXPLAINED) break;
      const { record } = watched;
      if (record.presentity.number === number && isMeant(record.watcher, named)) subscriptions.push(this.held(watched));
    }
    return {
      edge: edge.id,
      epoch: edge.epoch,
      speaks: edge.holds(),
      version: lines.get(line)?.version ?? 0,
      subscriptions,
      refusals: refusals.of(named, number).slice(0, MOST_EXPLAINED),
    };
  }

  private held(watched: Watched): HeldSubscription {
    const { subId, token, record } = watched;
    return { subId, token, record: withoutProtocol(record), ...this.ports.accountOf(watched) };
  }
}
