import { RejectedError, StreamMismatchError } from './errors';
import { type Subjects, makeSubjects } from './subjects';

/** Every stream of linewatch as data, and the check that the server keeps them as asked for. */

export type StreamName =
  'LINES' | 'PRESENCE' | 'SUBSCRIPTIONS' | 'CONFIG' | 'CREDENTIALS' | 'EDGES' | 'NOTIFY' | 'DEADLETTER';

export const streamNames: readonly StreamName[] = [
  'LINES',
  'PRESENCE',
  'SUBSCRIPTIONS',
  'CONFIG',
  'CREDENTIALS',
  'EDGES',
  'NOTIFY',
  'DEADLETTER',
];

/** What an installation chooses. */
export interface StreamSettings {
  /** Copies of each stream: 1 on a single server, 3 in production. */
  readonly replicas: number;
  /** The bound of each stream in bytes; JetStream reserves the sum on its disk. */
  readonly maxBytes: Readonly<Record<StreamName, number>>;
}

const MIB = 1024 * 1024;

export const defaultStreamSettings: StreamSettings = {
  replicas: 1,
  maxBytes: {
    LINES: 1024 * MIB,
    PRESENCE: 1024 * MIB,
    SUBSCRIPTIONS: 1024 * MIB,
    CONFIG: 64 * MIB,
    CREDENTIALS: 16 * MIB,
    EDGES: 16 * MIB,
    NOTIFY: 64 * MIB,
    DEADLETTER: 64 * MIB,
  },
};

/** The part of a JetStream stream configuration that linewatch asks for; durations are nanoseconds, 0 is unlimited. */
export interface StreamConfiguration {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits';
  readonly storage: 'file';
  readonly discard: 'old' | 'new';
  readonly max_age: number;
  readonly max_bytes: number;
  readonly max_msgs_per_subject: number;
  readonly duplicate_window: number;
  readonly allow_direct: true;
  readonly num_replicas: number;
}

const SECOND = 1e9;
const HOUR = 3600 * SECOND;

/** The stream's name at the server: bare under the prefix `lw`, else led by the prefix, so that two systems share a server. */
export function serverName(prefix: string, stream: StreamName): string {
  return prefix === 'lw' ? stream : `${prefix}_${stream}`;
}

/** All streams under a prefix. */
export function streamConfigurations(prefix: string, settings: StreamSettings): StreamConfiguration[] {
  const { every } = makeSubjects(prefix);
  const common = {
    retention: 'limits',
    storage: 'file',
    max_age: 0,
    max_msgs_per_subject: -1,
    duplicate_window: 120 * SECOND,
    allow_direct: true,
    num_replicas: settings.replicas,
  } as const;
  const of = (stream: StreamName) => ({
    name: serverName(prefix, stream),
    max_bytes: settings.maxBytes[stream],
  });
  return [
    // Facts: any state that still matters is in PRESENCE, so old facts may go.
    { ...common, ...of('LINES'), subjects: [every.lineFacts, every.deviceFacts], discard: 'old', max_age: 72 * HOUR },
    // The last state of a line must survive for ever: refuse a new one rather than drop it [design law 1].
    { ...common, ...of('PRESENCE'), subjects: [every.presence], discard: 'new', max_msgs_per_subject: 16 },
    // Every live record is said again at least each 3600 s, by its refresh.
    { ...common, ...of('SUBSCRIPTIONS'), subjects: [every.subscriptions], discard: 'old', max_age: 24 * HOUR },
    { ...common, ...of('CONFIG'), subjects: [every.config], discard: 'new' },
    // Hashes of passwords: what is not in force any more is not kept.
    {
      ...common,
      ...of('CREDENTIALS'),
      subjects: [every.credentials],
      discard: 'new',
      max_msgs_per_subject: 1,
    },
    { ...common, ...of('EDGES'), subjects: [every.hellos, every.byes], discard: 'new', max_msgs_per_subject: 64 },
    { ...common, ...of('NOTIFY'), subjects: [every.notify], discard: 'old', max_age: HOUR },
    // A reader that starts again meets the same poison again: the long window keeps it one dead letter.
    {
      ...common,
      ...of('DEADLETTER'),
      subjects: [every.deadLetters],
      discard: 'old',
      max_age: 7 * 24 * HOUR,
      duplicate_window: 24 * HOUR,
    },
  ];
}

/** The stream that takes a subject. @throws RangeError when no stream does */
export function streamOf(subjects: Subjects, subject: string): StreamName {
  const [head, area, ...rest] = subject.split('.');
  if (head === subjects.prefix) {
    if ((area === 'line' || area === 'device') && rest.length === 2) return 'LINES';
    if (area === 'presence' && rest.length === 1) return 'PRESENCE';
    if (area === 'subscription' && rest.length === 2) return 'SUBSCRIPTIONS';
    if (area === 'config' && rest.length === 1) return 'CONFIG';
    if (area === 'credentials' && rest.length === 1) return 'CREDENTIALS';
    if (area === 'edge' && (rest[1] === 'hello' || rest[1] === 'bye')) return 'EDGES';
    if (area === 'notify' && rest.length === 1) return 'NOTIFY';
    if (area === 'deadletter' && rest.length === 1) return 'DEADLETTER';
  }
  throw new RangeError(`No stream takes the subject "${subject}".`);
}

/** A request to the JetStream API: `STREAM.INFO.LINES` and a body. @throws UnavailableError, RejectedError */
export type JetStreamApi = (verb: string, body?: unknown) => Promise<Record<string, unknown>>;

const STREAM_NOT_FOUND = 10059;

/**
 * Creates or updates every stream, and compares what the server then keeps with what was asked for: an old server drops
 * in silence what it does not know.
 * @throws StreamMismatchError naming stream, field and both values; UnavailableError when JetStream is not up yet
 */
export async function ensureStreams(api: JetStreamApi, prefix: string, settings: StreamSettings): Promise<void> {
  for (const wanted of streamConfigurations(prefix, settings)) {
    const { config, clustered } = await ensureStream(api, wanted);
    const differences = differencesOf(wanted, config);
    // A single server keeps the number, but no copy.
    if (wanted.num_replicas > 1 && !clustered)
      differences.push(`num_replicas is 1, asked for ${wanted.num_replicas}: this server is not clustered`);
    if (differences.length > 0) throw mismatch(wanted.name, differences.join('; '));
  }
}

interface KeptStream {
  readonly config: Record<string, unknown>;
  readonly clustered: boolean;
}

async function ensureStream(api: JetStreamApi, wanted: StreamConfiguration): Promise<KeptStream> {
  const kept = await streamInfo(api, wanted.name);
  if (kept && differencesOf(wanted, kept.config).length === 0) return kept;
  const existing = kept?.config;
  try {
    // What an operator added beside our fields (placement, mirrors elsewhere) stays.
    const answer = existing
      ? await api(`STREAM.UPDATE.${wanted.name}`, { ...existing, ...wanted })
      : await api(`STREAM.CREATE.${wanted.name}`, wanted);
    return keptStream(answer);
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
    // Another process created it in the same moment: the server says then that the subjects are taken.
    if (!existing && (await streamInfo(api, wanted.name))) return ensureStream(api, wanted);
    const changes = existing ? `${differencesOf(wanted, existing).join('; ')}; ` : '';
    throw mismatch(wanted.name, `${changes}the server refused: ${error.message}`, error);
  }
}

async function streamInfo(api: JetStreamApi, name: string): Promise<KeptStream | undefined> {
  try {
    return keptStream(await api(`STREAM.INFO.${name}`));
  } catch (error) {
    if (error instanceof RejectedError && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

function keptStream(answer: Record<string, unknown>): KeptStream {
  return { config: answer['config'] as Record<string, unknown>, clustered: answer['cluster'] !== undefined };
}

function mismatch(name: string, what: string, cause?: unknown): StreamMismatchError {
  return new StreamMismatchError(
    `Stream ${name} cannot be used: ${what}. Correct the stream or the settings (LINEWATCH_STREAM_REPLICAS, LINEWATCH_STREAM_MAX_MIB), or use a newer nats-server.`,
    { cause },
  );
}

/** One text a field that is not as asked for. */
export function differencesOf(wanted: StreamConfiguration, kept: Record<string, unknown>): string[] {
  return Object.entries(wanted).flatMap(([field, value]) => {
    const asked = canonical(value);
    const got = canonical(kept[field]);
    return asked === got ? [] : [`${field} is ${got}, asked for ${asked}`];
  });
}

function canonical(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...value].sort() : value) ?? 'absent';
}
