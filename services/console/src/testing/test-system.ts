import { randomBytes } from 'node:crypto';
import { type Listening, type NatsBus, connectBus, defaultStreamSettings } from '@linewatch/bus';
import type { SubscriptionRecord, SubscriptionsReply } from '@linewatch/presence';

/** A system of one test's own on the NATS that the integration tests share: its streams, and no service. */
export interface TestSystem {
  readonly env: NodeJS.ProcessEnv;
  readonly bus: NatsBus;
  /** Answers `lw.ask.subscriptions` from these records, `page` of them at a time, as the service does. */
  answerSubscriptions(records: readonly SubscriptionRecord[], page?: number): Promise<Listening>;
}

export async function startTestSystem(): Promise<TestSystem> {
  const servers = process.env['LINEWATCH_TEST_NATS_URL'];
  if (!servers)
    throw new Error('LINEWATCH_TEST_NATS_URL is not set: run the int project, whose set-up starts a server.');
  const prefix = `t-${randomBytes(6).toString('hex')}`;
  const bus = await connectBus({ servers, service: 'test', source: '/test/1', prefix });
  const maxBytes = { ...defaultStreamSettings.maxBytes };
  for (const name of Object.keys(maxBytes) as (keyof typeof maxBytes)[]) maxBytes[name] = 8 * 1024 * 1024;
  await bus.ensureStreams({ replicas: 1, maxBytes });
  return {
    env: { LINEWATCH_NATS_URL: servers, LINEWATCH_PREFIX: prefix, USER: 'ada' },
    bus,
    answerSubscriptions: (records, page = 200) =>
      bus.answer(bus.subjects.ask('subscriptions'), 'test', async (question): Promise<SubscriptionsReply> => {
        const { after = 0, presentity, subId } = question as { after?: number; presentity?: string; subId?: number };
        const wanted = records.filter(
          (record) =>
            record.subId > after &&
            (presentity === undefined || record.subscription.presentity.number === presentity) &&
            (subId === undefined || record.subId === subId),
        );
        return { total: records.length, records: wanted.slice(0, page), more: wanted.length > page };
      }),
  };
}
