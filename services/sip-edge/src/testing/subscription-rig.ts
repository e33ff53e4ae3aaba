import { applyCommands, type Config, emptyConfig } from '@linewatch/config';
import type { Appended, OutboxEntry } from '@linewatch/bus';
import { makeSubjects } from '@linewatch/bus';
import {
  Directory,
  type Hold,
  type LineView,
  ManualClock,
  Refusals,
  settle,
  SubscriptionRecords,
  WatchAuthorization,
} from '@linewatch/edge';
import type { AuthorizeReply, AuthorizeRequest, Lamp, LineState } from '@linewatch/presence';
import { decideWatch, emptyLine } from '@linewatch/presence';
import { Metrics, presenceRules, RateLimitedLog } from '@linewatch/runtime';
import { Endpoint } from '../endpoint/endpoint';
import { Documents } from '../subscriptions/documents';
import { Notifications } from '../subscriptions/notifications';
import { SubscribeHandler, type SubscriberIdentity } from '../subscriptions/subscribe';
import { WatchedTable } from '../subscriptions/watched';
import { FakeTransport, flowOf } from './fake-transport';

/** What is logged as an error is a mistake of ours, and fails the test. */
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object) => {
    throw (fields as { err?: Error }).err ?? new Error(JSON.stringify(fields));
  },
};

/** The commands of a small system with two watchable lines and one that is not. */
export const SMALL_SYSTEM = [
  'voice register global', ' mode cme', ' max-dn 20', ' max-pool 20',
  'voice register dn 1', ' number 2101', ' allow watch',
  'voice register dn 2', ' number 2102', ' allow watch',
  'voice register dn 3', ' number 2103',
  'presence',
  'sip-ua', ' presence enable',
]; // prettier-ignore

/** The subscription part of an edge between a fake socket and a fake bus, with time in the test's hands. */
export class SubscriptionRig {
  readonly clock = new ManualClock();
  readonly socket = new FakeTransport();
  readonly metrics = new Metrics();
  readonly table = new WatchedTable();
  readonly directory: Directory;
  readonly endpoint: Endpoint;
  readonly documents: Documents;
  readonly refusals = new Refusals();
  readonly notifications: Notifications;
  /** What was said in the streams. */
  readonly appended: OutboxEntry[] = [];
  readonly asked: AuthorizeRequest[] = [];
  /** Whom the next request comes from. */
  identity: SubscriberIdentity = { kind: 'local', device: 'pool:1', number: '2101', dialPeerTag: 40_001 };
  holds = true;
  private readonly views = new Map<string, LineView>();
  private subId = 0;
  private tokens = 0;

  constructor(commands: readonly string[] = SMALL_SYSTEM, window = 2_000) {
    this.directory = new Directory(configOf(commands));
    const floodLog = new RateLimitedLog(log, this.clock);
    this.endpoint = new Endpoint({
      wheel: this.clock.wheel,
      clock: this.clock,
      advertised: { host: '127.0.0.2', port: 5060 },
      branchPrefix: 'test',
      newToken: () => `t${++this.tokens}`,
      floodLog,
      messages: this.metrics.counters('messages_total', 'test', 'kind'),
    });
    this.endpoint.attach('udp', this.socket);
    this.documents = new Documents({ get: (line) => this.views.get(line) });
    const subjects = makeSubjects();
    const records = new SubscriptionRecords(
      { put: (entry) => this.append(entry) },
      { subjects, append: (subject, event, options) => this.append({ subject, event, id: '', ...options }) },
      'test',
    );
    this.notifications = new Notifications({
      endpoint: this.endpoint,
      documents: this.documents,
      table: this.table,
      records,
      wheel: this.clock.wheel,
      clock: this.clock,
      window,
      holds: () => this.holds,
      counters: {
        sent: this.metrics.counter('sent_total', 'test'),
        answered: this.metrics.counters('answered_total', 'test', 'status'),
        ended: this.metrics.counters('ended_total', 'test', 'reason'),
      },
      answered: () => undefined,
      floodLog,
    });
    const hold: Pick<Hold, 'run'> = { run: (step) => step() };
    const handler = new SubscribeHandler({
      directory: this.directory,
      identify: async () => this.identity,
      challenge: () => ({ status: 401, reason: 'Unauthorized', headers: [] }),
      authorization: new WatchAuthorization({
        bus: { subjects, ask: async (_subject, body) => this.authorize(body as AuthorizeRequest) },
        hold,
        protocol: 'sip',
        config: { revision: () => 1 },
      }),
      hold,
      endpoint: this.endpoint,
      table: this.table,
      notifications: this.notifications,
      records,
      edge: 'sip-edge-1',
      contactOfEdge: () => undefined,
      clock: this.clock,
      answers: this.metrics.counters('subscribe_total', 'test', 'status'),
      refusals: this.refusals,
      floodLog,
    });
    this.endpoint.handle('SUBSCRIBE', (incoming) => handler.handle(incoming));
    this.endpoint.accept(true);
  }

  /** The answer of the authorization service; a test may put another in its place. */
  authorize(request: AuthorizeRequest): AuthorizeReply {
    this.asked.push(request);
    const { watcher, presentity } = request.subscription;
    const rules = presenceRules(this.directory.current().config);
    const word = decideWatch(rules, { protocol: 'sip', watcher: watcher.kind, presentity: presentity.kind });
    if (word !== 'allow') return { word };
    this.subId += 1;
    return { word, subscription: request.subscription, subId: this.subId, token: this.subId };
  }

  /** The stream's acknowledgement; a test may put another in its place. */
  async append(entry: OutboxEntry): Promise<Appended> {
    this.appended.push(entry);
    return { seq: this.appended.length, duplicate: false };
  }

  /** The line shows this from now on, and its watchers hear of it. */
  async lineShows(line: string, state: Lamp['state'], dialogs: LineState['dialogs'] = [], dnd = false): Promise<void> {
    const version = (this.views.get(line)?.version ?? 0) + 1;
    const fold = emptyLine(line);
    this.views.set(line, {
      line,
      version,
      state: { lamp: { state, dnd }, dialogs, phones: {}, relayed: {}, since: 0, cause: 'test', fold },
    });
    this.notifications.lineChanged(this.table.ofLine(line));
    await settle();
  }

  /** Something comes in on the wire. */
  async hear(text: string | Buffer, flow = flowOf()): Promise<void> {
    this.endpoint.message(typeof text === 'string' ? Buffer.from(text.replaceAll('\n', '\r\n')) : text, flow);
    await settle();
  }

  /** Changes the running configuration. */
  configure(...commands: string[]): Config {
    const { config } = applyCommands(this.directory.current().config, commands, { keepUnknown: true });
    this.directory.apply(config);
    return config;
  }
}

function configOf(commands: readonly string[]): Config {
  return applyCommands(emptyConfig(), commands, { keepUnknown: true }).config;
}
