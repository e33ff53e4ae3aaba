import {
  Bindings,
  checkOwnership,
  Directory,
  failuresChanged,
  Explainer,
  LineAudit,
  Lines,
  notifyRecorder,
  openNeighbours,
  PhoneOrders,
  reclaimSubscriptions,
  Refusals,
  RegistrationKeeper,
  SubscriptionDebug,
  SubscriptionRecords,
  WatchAuthorization,
} from '@linewatch/edge';
import {
  EdgeIdentity,
  EdgeMonitor,
  presenceRules,
  Rounds,
  type ServiceContext,
  type ServiceDefinition,
} from '@linewatch/runtime';
import { sameLamp, samePhones, type SubscriptionEnding } from '@linewatch/presence';
import { resetTypes } from '@linewatch/sccp';
import { BindingTable, SubscriptionTable } from '@linewatch/tables';
import { Module } from '@nestjs/common';
import { CALLS, CallMessages } from './call-messages.controller';
import { CallForwarding } from './calls/call-forwarding';
import { Calls } from './calls/calls';
import { DoNotDisturb } from './calls/do-not-disturb';
import { EXPLAINER, ExplainAnswers } from './explain.controller';
import { describeBindError, listeningOf, sccpEdgeSettings, tlsIdentityOf } from './listening';
import { PHONE_ORDERS, PhoneOrderAnswers } from './phone-orders.controller';
import { accountOf } from './presence/account';
import { debuggedLamps } from './presence/lamp-debug';
import { endOrphan, idPrefixOf } from './presence/reclaim';
import type { Watched } from './presence/watch';
import { Watches } from './presence/watches';
import { tellForwards } from './stations/forwards';
import { Registrations } from './stations/registrations';
import { StationSession, type SessionPorts } from './stations/session';
import { Stations } from './stations/stations';
import type { SccpConnection } from './transport/connection';
import { SccpListener, type ListenAddress, type TlsIdentity } from './transport/listener';

const AUDIT_MS = 5_000;
const FAN_OUT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

@Module({})
class SccpEdgeModule {}

type Context = ServiceContext<typeof sccpEdgeSettings>;

/** SCCP phones in, questions and facts out, lamps back: everything that an SCCP edge is made of. */
export const sccpEdge: ServiceDefinition<typeof sccpEdgeSettings> = {
  name: 'sccp-edge',
  settings: sccpEdgeSettings,
  module: async (context) => {
    const { bus, clock, config, drain, floodLog, health, id, log, metrics, settings, wheel } = context;
    const { bind, advertised } = listeningOf(settings, config.current());
    const tls = tlsIdentityOf(settings);
    const listener = makeListener(context, (connection) => new StationSession(connection, sessions));
    const { redis, outbox, hold } = openNeighbours(context);
    const directory = new Directory(config.current());
    const lines = new Lines(bus);
    const bindings = new Bindings(bus, new BindingTable(redis));
    const subscriptions = new SubscriptionTable(redis);
    const edge: EdgeIdentity = await EdgeIdentity.claim(bus, clock, {
      id,
      hello: { kind: 'sccp', advertised },
      onPaused: () => checkOwnership(watchers).then(() => watches.repair()),
      onSuperseded: (epoch) => context.stop(`another process is ${id} now, in epoch ${epoch}`),
    });
    const monitor = new EdgeMonitor(bus, clock, {
      onLost: (lost) => calls.shared.edgeLost(lost),
      onBack: (back) => calls.shared.edgeBack(back),
    });
    const calls: Calls = new Calls({
      edge,
      bus,
      outbox,
      bindings,
      directory,
      lines,
      monitor,
      wheel,
      clock,
      floodLog,
      metrics,
      settings: { noAnswerMs: config.current().telephonyService.ringingTimeout * 1_000 },
      standIn: () => monitor.edges().find(({ kind, alive }) => kind === 'sip' && alive)?.edge,
      forwarding: new CallForwarding({ bus, config, wheel, floodLog }),
      doNotDisturb: new DoNotDisturb({ edge, outbox, subjects: bus.subjects, lines, floodLog }),
    });

    const keeper = new RegistrationKeeper({
      bindings,
      wheel,
      clock,
      edge,
      isOpen: ({ connection }) => listener.isOpen(connection),
      ended: metrics.counters('bindings_ended_total', 'Bindings that ended without their phone', 'cause'),
      floodLog,
    });
    const repaired = metrics.counters('audit_repairs_total', 'Differences that the audit found', 'what');
    const debug = new SubscriptionDebug(context.debug);
    const records = debug.records(new SubscriptionRecords(outbox, bus, `${idPrefixOf(edge)}subscription`));
    const refusals = new Refusals();
    const watches: Watches = new Watches({
      edge,
      host: advertised.host,
      directory,
      authorization: debug.authorization(new WatchAuthorization({ bus, hold, protocol: 'sccp', config })),
      records,
      lines,
      clock,
      wheel,
      holds: () => edge.holds(),
      told: debuggedLamps(notifyRecorder(bus, clock), debug, directory),
      refusals: debug.refusals(refusals),
      counters: {
        answers: metrics.counters('lamps_total', 'Lamps by what was decided', 'word'),
        ended: metrics.counters('subscriptions_ended_total', 'Subscriptions by why they ended', 'reason'),
        repaired,
      },
      floodLog,
    });
    const watchers = {
      bus,
      subscriptions,
      table: watches.table,
      edge: id,
      drop: (watched: Watched, reason: SubscriptionEnding | undefined) => watches.lost(watched, reason),
    };

    const explainer = new Explainer<Watched>({
      edge,
      table: watches.table,
      lines,
      lineOf: (number) => directory.current().lines.resolve(number)?.number ?? number,
      accountOf: (watched) => accountOf(watched, watches.lampFor(watched)),
      refusals,
    });

    const stations = new Stations(bus);
    const orders = new PhoneOrders<StationSession>({
      edge,
      phones: (device) => (device === undefined ? [...stations.all()] : [stations.get(device) ?? []].flat()),
      tell: (session, order) => session.input({ type: 'reset', resetType: resetTypes[order] }),
      config,
      wheel,
      told: metrics.counters('phone_orders_total', 'Phones that were told to start again, by how', 'order'),
    });
    let isOpenForPhones = true;
    const sessions: SessionPorts = {
      settings: {
        versionCeiling: settings.LINEWATCH_SCCP_VERSION,
        firstMessageMs: settings.LINEWATCH_SCCP_FIRST_MESSAGE_SECONDS * 1_000,
        ...(settings.LINEWATCH_SCCP_KEEPALIVE_SECONDS !== undefined && {
          keepAliveSeconds: settings.LINEWATCH_SCCP_KEEPALIVE_SECONDS,
        }),
        server: { name: 'linewatch', address: advertised.host, port: advertised.port },
      },
      directory,
      registrations: new Registrations({
        bindings,
        keeper,
        hold,
        clock,
        edge,
        answers: metrics.counters('register_total', 'Registrations by what became of them', 'word'),
        floodLog,
      }),
      listener: {
        registered: (session, phone) => {
          calls.begin(session, phone);
          stations.add(phone.device, session);
          watches.begin(session, phone);
        },
        unregistered: (session, phone) => {
          watches.end(session);
          stations.remove(phone.device, session);
          calls.end(session, phone);
        },
        event: (session, event) => calls.event(session, event),
        subscribe: (session, transactionID, number, seconds) =>
          session.phone && watches.subscribe(session, session.phone, { transactionID, number, seconds }),
        unsubscribe: (session, transactionID) => watches.unsubscribe(session, transactionID),
        ended: ({ flow }) => void keeper.connectionClosed(flow.connection),
      },
      clock,
      wheel,
      isOpenForPhones: () => isOpenForPhones,
      counts: metrics.counters('station_oddities_total', 'What phones did that is not as it should be', 'what'),
      closed: metrics.counters('stations_closed_total', 'Connections that this edge closed, by why', 'why'),
      floodLog,
    };

    const fanOut = metrics.histogram(
      'lamp_fan_out_seconds',
      'From a state heard to its last lamp written, for lines that phones here watch',
      FAN_OUT_BUCKETS,
    );
    lines.onChange((view, before) => {
      if (!before || !samePhones(before.state, view.state)) watches.phonesChanged(view.line);
      if (failuresChanged(view, before)) watches.upstreamChanged(view.line);
      if (before && sameLamp(before.state.lamp, view.state.lamp)) return;
      const heardAt = clock.monotonic();
      if (watches.lineChanged(view.line) === 0) return;
      // Connections write at the end of this turn, each in its place before this one.
      process.nextTick(() => fanOut.observe((clock.monotonic() - heardAt) / 1_000));
    });
    config.onChange((next, previous) => {
      directory.apply(next);
      watches.directoryChanged();
      if (next.ephoneDns !== previous.ephoneDns) for (const session of stations.all()) tellForwards(session, next);
      if (next.presence !== previous.presence || next.ephones !== previous.ephones)
        watches.rulesChanged(presenceRules(next));
    });
    const lineAudit = new LineAudit({ bus, lines, watched: () => watches.table.lines(), clock, repaired });
    const auditing = new Rounds(() => lineAudit.round().then(() => watches.repair()), {
      everyMs: AUDIT_MS,
      onError: (err) => floodLog.warn('audit', 'the audit could not compare with the stream', { err }),
    });

    context.tells(() => ({
      edge: {
        kind: 'sccp',
        epoch: edge.epoch,
        advertised,
        phones: stations.size,
        subscriptions: watches.table.size,
        legs: calls.shared.counters.legs,
      },
    }));
    metrics.gauge('stations', 'Phones that are registered here', () => stations.size);
    metrics.gauge('subscriptions', 'Subscriptions that this edge owns', () => watches.table.size);
    health.check('edge', () => ({ ok: edge.holds(), detail: `epoch ${edge.epoch}` }));

    await Promise.all([lines.start(), monitor.start()]);
    const moves = await stations.followMoves();
    keeper.restore(lines.all());
    calls.shared.resume();
    await listen(listener, bind);
    if (tls) await listen(listener, { ...bind, port: settings.LINEWATCH_SCCP_TLS_PORT }, tls);
    health.check('sccp', () => ({ ok: true, detail: `${bind.host}:${bind.port}` }));
    void reclaimSubscriptions(watchers, (watch) => endOrphan({ edge, records, log }, watch)).then(
      (count) => log.info({ epoch: edge.epoch, subscriptions: count }, 'subscriptions from before ended'),
      (err: unknown) => context.stop(`subscriptions from before cannot be ended: ${String(err)}`),
    );
    auditing.start();

    drain.on('accept', 'phones', () => {
      isOpenForPhones = false;
      listener.stopAccepting();
      calls.shared.drain();
    });
    drain.on('pull', 'audit', () => auditing.stop());
    drain.on('pull', 'registrations', () => keeper.stop());
    drain.on('pull', 'orders', () => orders.stop());
    drain.on('pull', 'streams', () => {
      moves.stop();
      lines.stop();
      monitor.stop();
    });
    drain.on('hand-over', 'outbox', async () => {
      await outbox.drained(5_000);
      await edge.bye();
      outbox.close();
    });
    drain.on('close', 'sccp sockets', () => listener.close());
    return {
      module: SccpEdgeModule,
      controllers: [CallMessages, ExplainAnswers, PhoneOrderAnswers],
      providers: [
        { provide: CALLS, useValue: calls.shared },
        { provide: EXPLAINER, useValue: explainer },
        { provide: PHONE_ORDERS, useValue: orders },
      ],
    };
  },
};

function makeListener(
  { settings, metrics }: Context,
  onConnection: (connection: SccpConnection) => void,
): SccpListener {
  const endings = metrics.counters('connection_endings_total', 'Connections by why this edge ended them', 'why');
  const listener = new SccpListener({
    limits: {
      maxFrameBytes: settings.LINEWATCH_SCCP_MAX_FRAME_BYTES,
      maxUnsentBytes: settings.LINEWATCH_SCCP_MAX_UNSENT_BYTES,
      maxMessagesPerSecond: settings.LINEWATCH_SCCP_MAX_MESSAGES,
    },
    maxConnections: settings.LINEWATCH_SCCP_MAX_CONNECTIONS,
    onConnection,
    onEnding: (ending) => endings.of(ending).add(),
  });
  metrics.gauge('sccp_connections', 'Connections that are open', () => listener.connections);
  return listener;
}

async function listen(listener: SccpListener, address: ListenAddress, tls?: TlsIdentity): Promise<void> {
  try {
    await listener.listen(address, tls);
  } catch (error) {
    throw new Error(describeBindError(error as NodeJS.ErrnoException, address), { cause: error });
  }
}
