import { FailureWatch, isTransient, Rounds, untilAvailable, type ServiceDefinition } from '@linewatch/runtime';
import { LineTable, RedisConnection, SubscriptionTable } from '@linewatch/tables';
import { Module } from '@nestjs/common';
import { Answers, AUTHORIZER, SUBSCRIPTION_LIST } from './answers';
import { Authorizer } from './authorizer';
import { SubscriptionProjector } from './projector';
import { presenceRules } from './rules';
import { SubscriptionList } from './subscription-list';
import { SubscriptionSweeper } from './sweeper';

const SWEEP_MS = 1_000;
const AUDIT_MS = 300_000;

@Module({})
class SubscriptionAuthorizationModule {}

/** Who may watch whom, and the tables of all subscriptions: everything that subscription-authorization is made of. */
export const subscriptionAuthorization: ServiceDefinition = {
  name: 'subscription-authorization',
  module: async (context) => {
    const { bus, clock, config, drain, floodLog, health, metrics, settings } = context;
    const failed = (what: string) => (err: unknown) => floodLog.warn(what, `${what} failed; trying again`, { err });

    const redis = new RedisConnection({
      url: settings.LINEWATCH_REDIS_URL,
      prefix: settings.LINEWATCH_PREFIX,
      onError: (err) => floodLog.warn('redis', 'redis: connection error', { err }),
    });
    drain.on('close', 'redis', () => redis.close());
    health.check('redis', () => ({ ok: redis.isReady() }));

    const answers = metrics.counters('authorizations_total', 'Answers to requests to watch', 'word');
    const swept = metrics.counter('subscriptions_swept_total', 'Subscriptions whose owner never came back to end them');

    const table = new SubscriptionTable(redis);
    const projector = new SubscriptionProjector(bus, table, clock);
    const rules = () => presenceRules(config.current());
    const authorizer = new Authorizer(bus, table, projector, rules, clock, answers);
    const sweeper = new SubscriptionSweeper(bus, table, projector, clock, swept);
    const list = new SubscriptionList(table, new LineTable(redis), projector, bus);

    const sweeping = new Rounds(() => sweeper.sweep(), {
      everyMs: SWEEP_MS,
      retryMs: SWEEP_MS / 2,
      onError: failed('the sweep of subscriptions'),
    });
    drain.on('pull', 'sweep', () => sweeping.stop());
    const indexing = new Rounds(async () => void (await table.sweepIndexes()), {
      everyMs: AUDIT_MS,
      firstMs: Math.random() * AUDIT_MS,
      onError: failed('the sweep of indexes'),
    });
    drain.on('pull', 'indexes', () => indexing.stop());
    drain.on(
      'pull',
      'reconnects',
      redis.onReconnect(() => sweeping.wake()),
    );

    const projecting = new FailureWatch(clock);
    const consumer = await untilAvailable(() =>
      bus.consume('SUBSCRIPTIONS', 'subscription-authorization', {
        filter: bus.subjects.every.subscriptions,
        isTransient,
        onBatch: (batch) => projecting.watch(() => projector.project(batch)),
      }),
    );
    drain.on('pull', 'events', () => consumer.stop());
    health.check('events', () => projecting.check());
    metrics.gauge(
      'subscription_events_lag',
      'Events that SUBSCRIPTIONS held for the copies when the last one came',
      () => consumer.lag(),
    );

    for (const rounds of [sweeping, indexing]) rounds.start();
    return {
      module: SubscriptionAuthorizationModule,
      controllers: [Answers],
      providers: [
        { provide: AUTHORIZER, useValue: authorizer },
        { provide: SUBSCRIPTION_LIST, useValue: list },
      ],
    };
  },
};
