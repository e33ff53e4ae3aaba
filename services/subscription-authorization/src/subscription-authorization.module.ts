import {
  debuggedAppends,
  FailureWatch,
  isTransient,
  presenceRules,
  Rounds,
  untilAvailable,
  type ServiceDefinition,
} from '@linewatch/runtime';
import { Generation, LineTable, Mending, openRedis, SubscriptionTable } from '@linewatch/tables';
import { Module } from '@nestjs/common';
import { Answers, AUTHORIZER, SUBSCRIPTION_LIST } from './answers';
import { Authorizer } from './authorizer';
import { CatchUp } from './catch-up';
import { SubscriptionProjector } from './projector';
import { SubscriptionRebuilder } from './rebuilder';
import { SubscriptionList } from './subscription-list';
import { SubscriptionStream } from './subscription-stream';
import { SubscriptionSweeper } from './sweeper';

const SWEEP_MS = 1_000;
const AUDIT_MS = 300_000;

@Module({})
class SubscriptionAuthorizationModule {}

/** Who may watch whom, and the tables of all subscriptions: everything that subscription-authorization is made of. */
export const subscriptionAuthorization: ServiceDefinition = {
  name: 'subscription-authorization',
  module: async (context) => {
    const { bus, clock, config, drain, floodLog, health, metrics } = context;
    const failed = (what: string) => (err: unknown) => floodLog.warn(what, `${what} failed; trying again`, { err });

    const redis = openRedis(context);

    const answers = metrics.counters('authorizations_total', 'Answers to requests to watch', 'word');
    const swept = metrics.counter('subscriptions_swept_total', 'Subscriptions whose owner never came back to end them');

    const table = new SubscriptionTable(redis);
    const stream = new SubscriptionStream(bus);
    const projector = new SubscriptionProjector(bus.subjects, stream, table);
    const rebuilder = new SubscriptionRebuilder(stream, table, new Generation(redis, 'subscriptions'), clock);

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

    const catchUp = new CatchUp(stream, projector, consumer);
    const running = { rules: () => presenceRules(config.current()), revision: () => config.revision() };
    const told = debuggedAppends(bus, context.debug);
    const authorizer = new Authorizer(told, table, rebuilder, catchUp, running, clock, answers);
    const sweeper = new SubscriptionSweeper(told, table, stream, clock, swept);
    const list = new SubscriptionList(table, new LineTable(redis), rebuilder, bus);

    const every = (name: string, everyMs: number, work: () => Promise<number | undefined | void>): Rounds => {
      const rounds = new Rounds(work, { everyMs, retryMs: SWEEP_MS / 2, onError: failed(name) });
      drain.on('pull', name, () => rounds.stop());
      return rounds;
    };
    const mending = new Mending(rebuilder);
    const rebuilding = every('the rebuild of subscriptions', SWEEP_MS, () => mending.round());
    const sweeping = every('the sweep of subscriptions', SWEEP_MS, () => sweeper.sweep());
    const indexing = new Rounds(async () => void (await table.sweepIndexes()), {
      everyMs: AUDIT_MS,
      // Copies that were started together shall not sweep together.
      firstMs: Math.random() * AUDIT_MS,
      onError: failed('the sweep of indexes'),
    });
    drain.on('pull', 'the sweep of indexes', () => indexing.stop());
    const onReconnect = (): void => {
      mending.reconnected();
      rebuilding.wake();
    };
    drain.on('pull', 'reconnects', redis.onReconnect(onReconnect));

    for (const rounds of [rebuilding, sweeping, indexing]) rounds.start();
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
