import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import { UnavailableError, isConditionOfServer } from './errors';
import { makeKeys, type Keys } from './keys';
import { generationScripts, type GenerationCommands } from './scripts/generation-scripts';
import { lineScripts, type LineCommands } from './scripts/line-scripts';
import { subscriptionScripts, type SubscriptionCommands } from './scripts/subscription-scripts';
import { upstreamScripts, type UpstreamCommands } from './scripts/upstream-scripts';

/** The commands that the tables use; each touches keys of one hash tag only. */
export type Commands = Pick<
  Redis,
  | 'get'
  | 'getrange'
  | 'set'
  | 'del'
  | 'exists'
  | 'ping'
  | 'sadd'
  | 'srem'
  | 'sscan'
  | 'zadd'
  | 'zrem'
  | 'zcard'
  | 'zscore'
  | 'zrangebyscore'
  | 'hget'
  | 'hscan'
> &
  LineCommands &
  SubscriptionCommands &
  UpstreamCommands &
  GenerationCommands;

export interface RedisSettings {
  /** `redis://host:6379` or `rediss://…`; several with commas are nodes of one Redis Cluster. */
  readonly url: string;
  /** First token of all keys, default `lw`. */
  readonly prefix?: string;
  /** How long a command waits for a connection and, once more, for its answer. */
  readonly patienceMs?: number;
  /** Commands that may be waiting at once; one more is refused. */
  readonly maxPending?: number;
  /** Told of connection errors, for the log. They heal by themselves. */
  readonly onError?: (error: Error) => void;
}

const PATIENCE_MS = 1_000;
const MAX_PENDING = 50_000;
const RECONNECT_MS = 100;
const RETRY_MS = 50;
/** A server that answers nothing for so long is given up, and connected to anew. */
const SILENCE_MS = 2_000;
/** A cluster's nodes come and go in groups: listeners are told once. */
const SETTLE_MS = 200;

/**
 * A connection to Redis that is never given up. While Redis is away commands wait a moment, then fail with
 * `UnavailableError`. All commands of one turn of the loop travel together.
 */
export class RedisConnection {
  readonly keys: Keys;
  private readonly client: Redis | Cluster;
  private readonly commands: Commands;
  private readonly patienceMs: number;
  private readonly maxPending: number;
  private readonly where: string;
  private readonly reconnectListeners = new Set<() => void>();
  private readonly readyWaiters = new Set<() => void>();
  private pending = 0;
  private wasReady = false;
  private settling: NodeJS.Timeout | undefined;
  private closed = false;
  private lastError: Error | undefined;

  constructor(settings: RedisSettings) {
    this.keys = makeKeys(settings.prefix);
    this.patienceMs = settings.patienceMs ?? PATIENCE_MS;
    this.maxPending = settings.maxPending ?? MAX_PENDING;
    const urls = settings.url.split(',').map((url) => new URL(url.trim()));
    this.where = urls.map((url) => url.host).join(',');
    this.client = urls.length > 1 ? openCluster(urls, this.patienceMs) : openSingle(urls[0] as URL, this.patienceMs);
    for (const [name, script] of Object.entries({
      ...lineScripts,
      ...subscriptionScripts,
      ...upstreamScripts,
      ...generationScripts,
    })) {
      this.client.defineCommand(name, script);
    }
    this.commands = this.client as unknown as Commands;
    const heardError = (error: Error): void => {
      this.lastError = error;
      settings.onError?.(error);
    };
    this.client.on('error', heardError);
    this.client.on('ready', () => this.becameReady());
    if (this.client instanceof Cluster) {
      this.client.on('node error', heardError);
      this.client.on('-node', () => this.nodesChanged());
      this.client.on('+node', (node: Redis) => node.on('ready', () => this.nodesChanged()));
    }
  }

  /**
   * Carries out one command or several at once. Repeats them while Redis is failing over, so they must bear it; all
   * those of the tables do.
   * @throws UnavailableError after about `patienceMs`
   */
  async run<T>(command: (redis: Commands) => Promise<T>): Promise<T> {
    if (this.pending >= this.maxPending) {
      throw new UnavailableError(`Redis at ${this.where}: ${this.pending} commands are waiting already`);
    }
    this.pending += 1;
    const deadline = performance.now() + this.patienceMs;
    try {
      for (;;) {
        if (!this.isReady()) await this.untilReady(deadline);
        try {
          return await command(this.commands);
        } catch (error) {
          if (!isConditionOfServer(error)) throw error;
          if (this.closed || performance.now() + RETRY_MS >= deadline) throw this.unavailable(error);
          await new Promise((done) => setTimeout(done, RETRY_MS));
        }
      }
    } finally {
      this.pending -= 1;
    }
  }

  /** Whether commands can be sent now: what `/health/ready` asks. */
  isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** Resolves when Redis answers. @throws UnavailableError when it does not within the time */
  async ready(withinMs: number): Promise<void> {
    if (!this.isReady()) await this.untilReady(performance.now() + withinMs);
  }

  /**
   * Calls the listener after each reconnect, and when a cluster's nodes changed: writes may be lost then, so check
   * generations, and row sequences against the streams [design law 1]. Returns the way to stop it.
   */
  onReconnect(listener: () => void): () => void {
    this.reconnectListeners.add(listener);
    return () => this.reconnectListeners.delete(listener);
  }

  /** All keys that match, in batches of at most a few hundred. A key may come twice. */
  async *scan(pattern: string): AsyncGenerator<readonly string[]> {
    const nodes = this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
    for (const node of nodes) {
      let cursor = '0';
      do {
        const [next, keys] = await this.run(() => node.scan(cursor, 'MATCH', pattern, 'COUNT', 500));
        cursor = next;
        if (keys.length > 0) yield keys;
      } while (cursor !== '0');
    }
  }

  /** Ends the connection at once; commands that still wait fail. */
  close(): void {
    this.closed = true;
    clearTimeout(this.settling);
    this.reconnectListeners.clear();
    for (const wake of [...this.readyWaiters]) wake();
    this.client.disconnect();
  }

  private untilReady(deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.readyWaiters.delete(wake);
        if (this.isReady()) resolve();
        else reject(this.unavailable(this.lastError));
      };
      const timer = setTimeout(wake, Math.max(0, deadline - performance.now()));
      this.readyWaiters.add(wake);
      if (this.closed) wake();
    });
  }

  private becameReady(): void {
    for (const wake of [...this.readyWaiters]) wake();
    if (this.wasReady) this.tellReconnected();
    this.wasReady = true;
  }

  private nodesChanged(): void {
    if (!this.wasReady || this.closed) return;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.tellReconnected(), SETTLE_MS);
  }

  private tellReconnected(): void {
    for (const listener of [...this.reconnectListeners]) listener();
  }

  private unavailable(cause: unknown): UnavailableError {
    const why = this.closed ? 'the connection was closed' : cause instanceof Error ? cause.message : 'no connection';
    return new UnavailableError(`Redis at ${this.where} cannot be used: ${why}`, { cause });
  }
}

/** The queues of the client are off: `run` waits and repeats, within bounds, and a command given up is never sent. */
function commonOptions(patienceMs: number): RedisOptions {
  return {
    commandTimeout: patienceMs,
    socketTimeout: SILENCE_MS,
    connectTimeout: SILENCE_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Behind one address a replica may stand after a failover: the next connection finds the new master.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

function openSingle(url: URL, patienceMs: number): Redis {
  return new Redis(url.href, {
    ...commonOptions(patienceMs),
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    retryStrategy: () => RECONNECT_MS,
  });
}

function openCluster(urls: readonly URL[], patienceMs: number): Cluster {
  const first = urls[0] as URL;
  const options: ClusterOptions = {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    clusterRetryStrategy: () => RECONNECT_MS,
    retryDelayOnFailover: RETRY_MS,
    retryDelayOnClusterDown: RETRY_MS,
    slotsRefreshTimeout: patienceMs,
    redisOptions: {
      ...commonOptions(patienceMs),
      ...(first.username && { username: decodeURIComponent(first.username) }),
      ...(first.password && { password: decodeURIComponent(first.password) }),
      ...(first.protocol === 'rediss:' && { tls: {} }),
    },
  };
  return new Cluster(
    urls.map((url) => ({ host: url.hostname, port: Number(url.port || 6379) })),
    options,
  );
}
