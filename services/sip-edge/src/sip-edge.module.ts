import { randomBytes } from 'node:crypto';
import {
  Bindings,
  checkOwnership,
  decideAgain,
  Directory,
  Explainer,
  failuresChanged,
  followWatchers,
  Latch,
  LineAudit,
  Lines,
  notifyRecorder,
  openNeighbours,
  reclaimSubscriptions,
  Refusals,
  RegistrationKeeper,
  SubscriptionDebug,
  SubscriptionRecords,
  WatchAuthorization,
} from '@linewatch/edge';
import {
  debuggedAppends,
  EdgeIdentity,
  EdgeMonitor,
  presenceRules,
  Rounds,
  type ServiceDefinition,
} from '@linewatch/runtime';
import { sameLamp, type Binding, type SubscriptionEnding } from '@linewatch/presence';
import { toTag } from '@linewatch/sip';
import { BindingTable, SubscriptionTable, UpstreamTable } from '@linewatch/tables';
import { Module } from '@nestjs/common';
import { Authentication } from './authentication';
import { CALLS, CallMessages } from './call-messages.controller';
import { Calls } from './calls/calls';
import { EXPLAINER, ExplainAnswers } from './explain.controller';
import { listeningOf, ownAddresses, sipEdgeSettings } from './listening';
import { openEndpoint } from './open-endpoint';
import { optionsHandler } from './options-handler';
import { sipPhoneOrders } from './phone-orders';
import { PHONE_ORDERS, PhoneOrderAnswers } from './phone-orders.controller';
import { Publications } from './publish/publications';
import { PublishHandler } from './publish/publish';
import { Registrar } from './registrar/registrar';
import { accountOf } from './subscriptions/account';
import { Audit } from './subscriptions/audit';
import { Documents } from './subscriptions/documents';
import { Notifications } from './subscriptions/notifications';
import { windowOf } from './subscriptions/send-window';
import { takeUp } from './subscriptions/reclaim';
import { SubscribeHandler } from './subscriptions/subscribe';
import { UpstreamEndings } from './subscriptions/upstream-ending';
import { type Watched, WatchedTable } from './subscriptions/watched';
import { UpstreamKeeper } from './upstream/keeper';
import { authenticateOutsider, challengeOutsider, followCredentials } from './watchers/outsiders';
import { identify } from './watcher-identity';

const AUDIT_MS = 5_000;
/** How soon a line beyond the trunk is let go when nobody watches it any more. */
const UPSTREAM_MS = 1_000;
/** A phone that proved to be one of ours keeps its budget for so long. */
const KNOWN_MS = 3_600_000;
/** What calls take: each begins one, or belongs to one. */
const CALL_METHODS = ['INVITE', 'BYE', 'UPDATE', 'INFO', 'REFER'];

@Module({})
class SipEdgeModule {}

/** SIP phones in, questions and facts out, NOTIFYs back: everything that a SIP edge is made of. */
export const sipEdge: ServiceDefinition<typeof sipEdgeSettings> = {
  name: 'sip-edge',
  settings: sipEdgeSettings,
  module: async (context) => {
    const { bus, clock, config, drain, floodLog, health, id, log, metrics, wheel } = context;
    const listening = listeningOf(context.settings, config.current());
    const { endpoint, shield } = await openEndpoint(context, listening);
    const { redis, outbox, hold } = openNeighbours(context);
    const directory = new Directory(config.current());
    const lines = new Lines(bus);
    const bindings = new Bindings(bus, new BindingTable(redis));
    const subscriptions = new SubscriptionTable(redis);
    const edge: EdgeIdentity = await EdgeIdentity.claim(bus, clock, {
      id,
      hello: { kind: 'sip', advertised: listening.advertised },
      onPaused: () => checkOwnership(watchers).then(() => notifications.resume()),
      onSuperseded: (epoch) => context.stop(`another process is ${id} now, in epoch ${epoch}`),
    });
    const monitor = new EdgeMonitor(bus, clock, {
      onLost: (lost) => {
        calls.shared.edgeLost(lost);
        upstreaming.wake();
      },
      onBack: (back) => calls.shared.edgeBack(back),
    });
    const calls: Calls = new Calls({
      edge,
      sender: endpoint,
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
    });
    for (const method of CALL_METHODS) endpoint.handle(method, (incoming) => calls.handle(incoming));
    endpoint.handle('NOTIFY', (incoming) => (upstream.handle(incoming) ? undefined : calls.handle(incoming)));
    endpoint.handleAck((ack) => calls.handleAck(ack));

    const authentication = new Authentication({
      secret: context.settings.LINEWATCH_NONCE_SECRET ?? randomBytes(32).toString('hex'),
      clock,
      newSalt: () => randomBytes(8).toString('hex'),
      forgotten: metrics.counter('nonces_forgotten_total', 'Nonces forgotten before their time'),
    });
    const credentials = await followCredentials(bus);
    const keeper = new RegistrationKeeper({
      bindings,
      wheel,
      clock,
      edge,
      isOpen: (flow) => endpoint.isOpen(flow),
      ended: metrics.counters('bindings_ended_total', 'Bindings that ended without their phone', 'cause'),
      floodLog,
    });
    const registrar = new Registrar({
      directory,
      bindings,
      hold,
      authentication,
      sender: endpoint,
      keeper: {
        watch: (line, device, registered) => {
          keeper.watch(line, device, registered);
          shield?.knowBindings(device, registered);
        },
      },
      clock,
      edge,
      localAddresses: ownAddresses(),
      answers: metrics.counters('register_total', 'REGISTERs by their answer', 'status'),
      displaced: metrics.counter('bindings_displaced_total', 'Bindings that made room for others of their phone'),
      floodLog,
    });
    endpoint.handle('REGISTER', (incoming) => registrar.handle(incoming));
    const outsideDialog = optionsHandler(directory, () => endpoint.allow());
    endpoint.handle('OPTIONS', (incoming) =>
      toTag(incoming.request) === undefined ? outsideDialog(incoming) : calls.handleInDialog(incoming),
    );
    endpoint.onClosed(({ connection }) => {
      if (connection !== undefined) void keeper.connectionClosed(connection);
    });

    const orders = sipPhoneOrders(context, { edge, keeper, bindings, sender: endpoint });
    const table = new WatchedTable();
    const documents = new Documents(lines);
    const debug = new SubscriptionDebug(context.debug);
    const records = debug.records(new SubscriptionRecords(outbox, bus, `${id}.${edge.epoch}.subscription`));
    const notifications: Notifications = new Notifications({
      endpoint,
      documents,
      table,
      records,
      wheel,
      clock,
      window: windowOf(endpoint.receiveBuffer),
      holds: () => edge.holds(),
      counters: {
        sent: metrics.counter('notify_sent_total', 'NOTIFYs sent, without retransmissions'),
        answered: metrics.counters('notify_answered_total', 'NOTIFYs by the class of their answer', 'status'),
        ended: metrics.counters('subscriptions_ended_total', 'Subscriptions by why they ended', 'reason'),
      },
      answered: debug.answers(notifyRecorder(bus, clock)),
      debug,
      floodLog,
    });
    const endings = new UpstreamEndings({ lines, notifications, clock, watchers: (line) => table.ofLine(line) });
    const repaired = metrics.counters('audit_repairs_total', 'Differences that the audit found', 'what');
    const upstream: UpstreamKeeper = new UpstreamKeeper({
      edge,
      sender: endpoint,
      bus,
      outbox,
      subjects: bus.subjects,
      table: new UpstreamTable(redis),
      subscriptions,
      directory,
      lines,
      edges: () => monitor.edges(),
      wheel,
      clock,
      repaired,
      counters: {
        ended: metrics.counters('upstream_ended_total', 'Subscriptions at the server by why they ended', 'why'),
        notified: metrics.counters('upstream_notify_total', 'NOTIFYs of the server by their answer', 'status'),
      },
      failed: (what, err) => floodLog.warn(what, `${what} of a line beyond the trunk failed`, { err }),
    });
    const upstreaming = new Rounds(() => upstream.round(), {
      everyMs: UPSTREAM_MS,
      onError: (err) => floodLog.warn('upstream', 'who watches lines beyond the trunk cannot be read', { err }),
    });
    const watchers = {
      bus,
      subscriptions,
      table,
      edge: id,
      protocol: 'sip',
      drop: (watched: Watched, reason?: SubscriptionEnding) => notifications.drop(watched, reason),
      terminate: (watched: Watched, reason: 'rejected') => notifications.terminate(watched, reason),
      connected: (watched: Watched, { flow }: Binding) => notifications.moved(watched, flow),
    } as const;
    const refusals = new Refusals();
    const publish = new PublishHandler({
      directory,
      identify: ({ request, flow }) => identify(request, flow, directory.current(), bindings, clock.now()),
      authenticate: (request) => authenticateOutsider(request, directory.current().config, credentials, authentication),
      publications: new Publications(debuggedAppends(bus, context.debug), lines),
      hold,
      clock,
      answers: metrics.counters('publish_total', 'PUBLISHs by their answer', 'status'),
      floodLog,
    });
    endpoint.handle('PUBLISH', (incoming) => publish.handle(incoming));
    const subscribe = new SubscribeHandler({
      directory,
      identify: async ({ request, flow }) => {
        const identity = await identify(request, flow, directory.current(), bindings, clock.now());
        // Registered by another edge, or before this one began.
        if (identity.kind === 'local') shield?.know(flow.remote, identity.device, clock.now() + KNOWN_MS);
        return identity;
      },
      challenge: ({ request }) => challengeOutsider(request, directory.current().config, credentials, authentication),
      authorization: debug.authorization(new WatchAuthorization({ bus, hold, protocol: 'sip', config })),
      hold,
      endpoint,
      table,
      notifications,
      records,
      edge: id,
      contactOfEdge: (owner) => {
        const other = monitor.edges().find((view) => view.edge === owner && view.alive);
        return other && `<sip:${other.advertised.host}:${other.advertised.port}>`;
      },
      clock,
      answers: metrics.counters('subscribe_total', 'SUBSCRIBEs by their answer', 'status'),
      refusals: debug.refusals(refusals),
      floodLog,
    });
    const explainer = new Explainer<Watched>({
      edge,
      table,
      lines,
      lineOf: (number) => directory.current().lines.resolve(number)?.number ?? number,
      accountOf: (watched) => accountOf(watched, notifications.viewFor(watched)),
      refusals,
    });
    // A request in a dialog from before a restart finds its subscription: it waits until all are taken up.
    const reclaimed = new Latch();
    endpoint.handle('SUBSCRIBE', (incoming) => reclaimed.opened.then(() => subscribe.handle(incoming)));
    health.check('subscriptions', () => ({ ok: reclaimed.isOpen, detail: `${table.size} taken up` }));
    lines.onChange((view, before) => {
      const isSeen = !before || !sameLamp(before.state.lamp, view.state.lamp);
      notifications.lineChanged(table.ofLine(view.line, isSeen ? undefined : 'dialog'));
      if (failuresChanged(view, before)) endings.lineChanged(view.line);
    });
    config.onChange((next, previous) => {
      directory.apply(next);
      if (next.presence !== previous.presence || next.sipUa !== previous.sipUa)
        decideAgain(watchers, presenceRules(next));
      upstream.rulesChanged();
      upstreaming.wake();
    });
    const lineAudit = new LineAudit({ bus, lines, watched: () => table.lines(), clock, repaired });
    const audit = new Audit({ lines: lineAudit, table, notifications, clock, repaired });
    const auditing = new Rounds(() => audit.round(), {
      everyMs: AUDIT_MS,
      onError: (err) => floodLog.warn('audit', 'the audit could not compare with the stream', { err }),
    });

    metrics.gauge('subscriptions', 'Subscriptions that this edge owns', () => table.size);
    context.tells(() => ({
      edge: {
        kind: 'sip',
        epoch: edge.epoch,
        advertised: listening.advertised,
        phones: keeper.phones,
        subscriptions: table.size,
        legs: calls.shared.counters.legs,
      },
    }));
    metrics.gauge('upstream_lines', 'Lines that this edge watches at the server', () => upstream.size);
    metrics.gauge('notify_waiting', 'Watchers that wait to be told', () => notifications.waiting);
    health.check('edge', () => ({ ok: edge.holds(), detail: `epoch ${edge.epoch}` }));

    await Promise.all([lines.start(), monitor.start()]);
    const registrations = await followWatchers(watchers);
    await upstream.start();
    keeper.restore(lines.all());
    shield?.restore(lines.all());
    calls.shared.resume();
    endpoint.accept(true);
    void reclaimSubscriptions(watchers, (watch) => takeUp({ notifications, clock, log }, watch)).then(
      (count) => {
        log.info({ epoch: edge.epoch, subscriptions: count }, 'taken up');
        reclaimed.open();
      },
      (err: unknown) => context.stop(`subscriptions cannot be taken up: ${String(err)}`),
    );
    auditing.start();
    upstreaming.start();

    drain.on('accept', 'calls', () => calls.shared.drain());
    drain.on('pull', 'audit', () => auditing.stop());
    drain.on('pull', 'lines beyond the trunk', async () => {
      await upstreaming.stop();
      await upstream.stop();
    });
    drain.on('pull', 'registrations', () => keeper.stop());
    drain.on('pull', 'orders', () => orders.stop());
    drain.on('pull', 'streams', () => {
      registrations.stop();
      credentials.stop();
      lines.stop();
      monitor.stop();
    });
    drain.on('hand-over', 'outbox', async () => {
      await outbox.drained(5_000);
      await edge.bye();
      outbox.close();
    });
    return {
      module: SipEdgeModule,
      controllers: [CallMessages, ExplainAnswers, PhoneOrderAnswers],
      providers: [
        { provide: CALLS, useValue: calls.shared },
        { provide: EXPLAINER, useValue: explainer },
        { provide: PHONE_ORDERS, useValue: orders },
      ],
    };
  },
};
