import { AnswerError, type Bus, UnavailableError } from '@linewatch/bus';
import { deviceDirectory, lineDirectory } from '@linewatch/config';
import {
  believedBindings,
  type ExplainReply,
  explainReplySchema,
  flowText,
  isMeant,
  type Subscription,
  type SubscriptionRecord,
  type WatcherName,
} from '@linewatch/presence';
import { presenceRules, runningProcesses } from '@linewatch/runtime';
import { ConsoleError, exitCodes } from '../console-io';
import type { World } from '../exec/exec-command';
import { type KeptLine, linePast } from '../lines/line-past';
import { readKeptLine } from '../lines/read-line';
import { readSubscriptions } from '../subscriptions';
import { configChanges } from './config-changes';
import { lastEnded } from './ended';
import type { AskedEdge, ExplainFacts, KnownSubscription, WatchedLine, WatcherPhone } from './facts';
import { configuredPhone, type Directories, namedWatcher, type NamedWatcher } from './watcher-name';

/** Edges that are asked: more have not one watcher's subscriptions. */
const MOST_EDGES = 64;
/** Phones of one number that are looked at. */
const MOST_PHONES = 8;

/**
 * Gathers all that explains a lamp: from the configuration, the streams, the tables, and every edge.
 * @throws ConsoleError
 */
export async function gatherFacts(world: World, watcher: string, number: string): Promise<ExplainFacts> {
  const { system, running, now, signal } = world;
  const { bus } = system;
  const config = running.current();
  const lines = lineDirectory(config);
  const directories: Directories = { config, lines, devices: deviceDirectory(config, lines) };
  const named = namedWatcher(watcher, directories);
  if (!named)
    throw new ConsoleError(`No phone ${watcher} is configured; name the watcher by its number.`, exitCodes.usage);
  const line = lines.resolve(number)?.number ?? number;
  const isWanted = ({ watcher: who, presentity }: Pick<Subscription, 'watcher' | 'presentity'>): boolean =>
    presentity.number === number && isNamed(named, who);
  const [kept, tables, edges, phones] = await Promise.all([
    readKeptLine(bus, line, signal),
    recordsOf(bus, number, isWanted),
    askEdges(bus, { line: number, watcher: named.who }),
    Promise.all(named.phones.slice(0, MOST_PHONES).map((phone) => phoneFacts(world, phone, number))),
  ]);
  const subscriptions = await knownSubscriptions(bus, tables.records, edges, isWanted, {
    line: number,
    watcher: named.who,
  });
  const ended = subscriptions.length > 0 ? undefined : await lastEnded(bus, line, (record) => isWanted(record), signal);
  const facts: ExplainFacts = {
    now: now(),
    line: {
      ...lineFacts(number, kept),
      entry: lines.resolve(number),
      monitoring: directories.devices.monitoring(number),
    },
    watcher: { text: watcher, phones },
    rules: presenceRules(config),
    subscriptions,
    total: tables.total,
    refusals: edges.flatMap(({ reply }) => reply?.refusals ?? []).sort((a, b) => b.at - a.at),
    ended,
  };
  if (!needsChanges(facts)) return facts;
  return { ...facts, changes: await configChanges(bus, number, system) };
}

function isNamed({ who, isPhone }: NamedWatcher, watcher: Subscription['watcher']): boolean {
  if (!isPhone) return isMeant(watcher, who);
  return watcher.device !== undefined && who.devices.includes(watcher.device);
}

/** Something was taken away by somebody, perhaps: the archive says by whom. */
function needsChanges({ rules, line, ended }: ExplainFacts): boolean {
  if (!rules.presenceEnabled || !rules.sipPresenceEnabled || ended?.reason === 'rejected') return true;
  return line.entry !== undefined && !line.entry.instances.some(({ watchable }) => watchable);
}

function lineFacts(
  number: string,
  kept: KeptLine,
): Pick<WatchedLine, 'number' | 'past' | 'published' | 'unpublishedSince'> {
  const past = linePast(kept);
  const published = kept.snapshots.at(-1);
  return { number, past, published, unpublishedSince: past.changes.at(-1)?.at };
}

async function recordsOf(
  bus: Pick<Bus, 'ask' | 'subjects'>,
  number: string,
  isWanted: (record: Subscription) => boolean,
): Promise<{ total: number; records: SubscriptionRecord[] }> {
  const records: SubscriptionRecord[] = [];
  const total = await readSubscriptions(bus, { presentity: number }, (record) => {
    if (isWanted(record.subscription)) records.push(record);
  });
  return { total, records };
}

/** What every edge that lives holds of the watcher and line; edges that are known to be lost, without an answer. */
async function askEdges(
  bus: Pick<Bus, 'ask' | 'gather' | 'subjects'>,
  question: { readonly line: string; readonly watcher: WatcherName },
): Promise<(AskedEdge & { readonly reply?: ExplainReply | undefined })[]> {
  const processes = await runningProcesses(bus);
  const lost = processes.flatMap(({ knownEdges = [] }) => knownEdges.filter(({ alive }) => !alive));
  const living = processes.filter(({ edge }) => edge).map(({ id }) => id);
  const replies = await Promise.all(
    living.slice(0, MOST_EDGES).map(async (edge) => ({ edge, reply: await askEdge(bus, edge, question) })),
  );
  return [
    ...replies,
    ...lost.filter(({ edge }) => !living.includes(edge)).map(({ edge, since }) => ({ edge, lostSince: since })),
  ];
}

async function askEdge(
  bus: Pick<Bus, 'ask' | 'subjects'>,
  edge: string,
  question: object,
): Promise<ExplainReply | undefined> {
  try {
    const reply = explainReplySchema.safeParse(await bus.ask(bus.subjects.askEdge(edge, 'explain'), question));
    return reply.success ? reply.data : undefined;
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof AnswerError) return undefined;
    throw error;
  }
}

/** Subscriptions that the tables know of, and those that only their edge does. */
async function knownSubscriptions(
  bus: Pick<Bus, 'ask' | 'subjects'>,
  records: readonly SubscriptionRecord[],
  edges: readonly (AskedEdge & { readonly reply?: ExplainReply | undefined })[],
  isWanted: (record: Pick<Subscription, 'watcher' | 'presentity'>) => boolean,
  question: object,
): Promise<KnownSubscription[]> {
  const byTables = await Promise.all(
    records.map(async ({ subId, subscription: record }) => {
      const asked = edges.find(({ edge }) => edge === record.owner);
      // An owner that did not say who it is a moment ago may be one that starts.
      const reply = asked?.reply ?? (await askEdge(bus, record.owner, question));
      const owner: AskedEdge = { edge: record.owner, reply, lostSince: asked?.lostSince };
      return { subId, record, owner, held: reply?.subscriptions.find((held) => held.record.id === record.id) };
    }),
  );
  const listed = new Set(records.map(({ subscription }) => subscription.id));
  const byEdges = edges.flatMap((owner) =>
    (owner.reply?.subscriptions ?? [])
      .filter(({ record }) => isWanted(record) && !listed.has(record.id))
      .map((held) => ({ subId: held.subId, record: held.record, owner, held })),
  );
  return [...byTables, ...byEdges];
}

/** A phone of the watcher: how it is configured, and how the facts of its first line have it. */
async function phoneFacts(
  { system, running, signal }: World,
  { device, primary }: NamedWatcher['phones'][number],
  number: string,
): Promise<WatcherPhone> {
  const configured = configuredPhone(device, number, running.current());
  if (primary === undefined) return configured;
  const kept = await readKeptLine(system.bus, primary, signal);
  const { fold } = linePast(kept);
  const [binding] = believedBindings(fold, device);
  const last = kept.facts.filter(
    (fact) => fact.type === 'linewatch.line.registration' && fact.data.device === device,
  ).at(-1); // prettier-ignore
  return {
    ...configured,
    ...(binding && {
      registered: { edge: binding.edge, at: flowText(binding.flow), expiresAt: binding.expiresAt },
    }),
    ...(last?.type === 'linewatch.line.registration' && { last: { at: last.at, cause: last.data.cause } }),
  };
}
