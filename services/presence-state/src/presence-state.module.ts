import { debuggedAppends, EdgeMonitor, FailureWatch, Rounds, type ServiceDefinition } from '@linewatch/runtime';
import { Generation, Lead, LineTable, Mending, openRedis } from '@linewatch/tables';
import { Module } from '@nestjs/common';
import { EdgeLosses } from './edge-losses';
import { FactAppender } from './fact-appender';
import { Folding } from './folding';
import { LeaseKeeper } from './lease-keeper';
import { LineConfigurator } from './line-configurator';
import { LineFolder } from './line-folder';
import { LineRebuilder } from './line-rebuilder';
import { LineStore } from './line-store';
import { LINE_STORE, StateAnswers } from './state-answers';

const SWEEP_MS = 1_000;
const LEAD_MS = 500;
const AUDIT_MS = 300_000;

@Module({})
class PresenceStateModule {}

/** Facts in, line states out: everything that presence-state is made of. */
export const presenceState: ServiceDefinition = {
  name: 'presence-state',
  module: async (context) => {
    const { bus, clock, config, drain, floodLog, health, metrics } = context;
    const failed = (what: string) => (err: unknown) => floodLog.warn(what, `${what} failed; trying again`, { err });

    const redis = openRedis(context);

    const counters = {
      folded: metrics.counter('facts_folded_total', 'Facts folded into the states of their lines'),
      published: metrics.counter('states_published_total', 'States published in PRESENCE'),
      conflicts: metrics.counter('fold_conflicts_total', 'Folds begun again because another copy was first'),
    };
    const ended = metrics.counter('leases_ended_total', 'Lease facts appended for sources that went silent');
    const rebuilt = metrics.counter('lines_rebuilt_total', 'Rows of lines made anew from the streams');

    const rows = new LineTable(redis);
    const generation = new Generation(redis, 'lines');
    const store = new LineStore(bus, rows);
    const told = debuggedAppends(bus, context.debug);
    const facts = new FactAppender(told);
    const folder = new LineFolder(told, rows, store, counters);
    const folding = new Folding(bus, folder, new Lead(redis, 'lines'), new FailureWatch(clock));
    const keeper = new LeaseKeeper(rows, store, facts, ended);
    const losses = new EdgeLosses(keeper, generation);
    const rebuilder = new LineRebuilder(bus, rows, store, generation, rebuilt, () => folder.forgetRows());
    const configurator = new LineConfigurator(rows, store, facts, rebuilder);

    const every = (
      name: string,
      everyMs: number,
      work: () => Promise<number | undefined | void>,
      firstMs?: number,
    ): Rounds => {
      const first = firstMs === undefined ? {} : { firstMs };
      const rounds = new Rounds(work, { everyMs, retryMs: SWEEP_MS / 2, onError: failed(name), ...first });
      drain.on('pull', name, () => rounds.stop());
      return rounds;
    };
    const mending = new Mending(rebuilder);
    const rebuilding = every('the rebuild of lines', SWEEP_MS, () => mending.round());
    const leading = every('the lead among copies', LEAD_MS, () => folding.round());
    const leases = every('the sweep of leases', SWEEP_MS, () => keeper.sweep(clock.now()));
    const edges = every('the loss of an edge', SWEEP_MS, () => losses.round());
    const configuring = every('the configuration of lines', AUDIT_MS, () => configurator.bring(config.current()));
    const sweepIndexes = async (): Promise<void> => void (await rows.sweepIndexes());
    // Copies that were started together shall not sweep together.
    const sweeping = every('the sweep of indexes', AUDIT_MS, sweepIndexes, Math.random() * AUDIT_MS);

    const monitor = new EdgeMonitor(bus, clock, {
      onLost: (edge, epoch) => {
        losses.lost(edge, epoch);
        edges.wake();
      },
      onBack: (edge, epoch) => losses.back(edge, epoch),
    });
    context.tells(() => ({ knownEdges: monitor.edges() }));
    drain.on('pull', 'edges', () => monitor.stop());
    drain.on(
      'pull',
      'reconnects',
      redis.onReconnect(() => {
        mending.reconnected();
        rebuilding.wake();
      }),
    );
    drain.on(
      'pull',
      'configuration',
      config.onChange(() => configuring.wake()),
    );

    drain.on('pull', 'facts', async () => {
      await leading.stop();
      await folding.stop();
    });
    health.check('facts', () => folding.check());
    metrics.gauge('facts_lag', 'Facts that LINES held when the last one came', () => folding.lag());
    metrics.gauge('folding', '1 in the copy that folds the facts', () => folding.leads());
    metrics.gauge('edges_lost_waiting', 'Lost edges whose lines are still being told', () => losses.waiting());

    await monitor.start();
    for (const rounds of [leading, rebuilding, leases, edges, configuring, sweeping]) rounds.start();
    return {
      module: PresenceStateModule,
      controllers: [StateAnswers],
      providers: [{ provide: LINE_STORE, useValue: store }],
    };
  },
};
