import { createHash } from 'node:crypto';
import type { Bus, Follower } from '@linewatch/bus';
import type { Directory, Lines } from '@linewatch/edge';
import { sameLamp, type LineNumber, type RelayFailure } from '@linewatch/presence';
import type { EdgeView, LabelledCounter } from '@linewatch/runtime';
import { subscriberKeyOf } from '@linewatch/sip';
import type {
  ActiveWatch,
  SubscriptionTable,
  UpstreamHolder,
  UpstreamLine,
  UpstreamTable,
  WantedLine,
} from '@linewatch/tables';
import type { ServerRequest } from '../endpoint/user-agent';
import { Upstream, type UpstreamPorts } from './upstream';

/** What keeping the subscriptions at the server needs of the world. */
export interface UpstreamKeeperPorts extends Omit<UpstreamPorts, 'bind' | 'unbind' | 'newFactId' | 'config'> {
  readonly bus: Pick<Bus, 'follow' | 'subjects'>;
  readonly table: Pick<UpstreamTable, 'wanted' | 'claim' | 'release' | 'held'>;
  readonly subscriptions: Pick<SubscriptionTable, 'get'>;
  readonly directory: Pick<Directory, 'current'>;
  readonly lines: Pick<Lines, 'get'>;
  /** Every edge that is known, this one too. */
  readonly edges: () => readonly Pick<EdgeView, 'edge' | 'epoch' | 'kind' | 'alive'>[];
  /** Differences that the audit found. */
  readonly repaired: LabelledCounter;
}

/** A watcher that was just accepted may not be in the tables yet: its line is kept for so long without them. */
const FRESH_MS = 5_000;
/** What was said so lately may still be on its way to the line's state. */
const SETTLED_MS = 5_000;
/** Rounds after which holders of lines that nobody watches any more are looked for. */
const SWEEP_ROUNDS = 60;

interface Kept {
  readonly upstream: Upstream;
  /** When a watcher came last, and when something was heard to compare. */
  freshUntil: number;
  said?: unknown;
  saidAt: number;
}

/**
 * Keeps one subscription at the server for each line beyond the trunk that somebody here watches, whichever edge they are
 * at [cme-presence 4.8]. Edges agree by rendezvous hashing on who begins one and by compare-and-set on who has it; it
 * stays where it is as long as that edge lives.
 */
export class UpstreamKeeper {
  private readonly kept = new Map<string, Kept>();
  /** By the key that NOTIFYs bear: also those that are ending. */
  private readonly bound = new Map<string, Upstream>();
  private readonly me: UpstreamHolder;
  private facts = 0;
  private rounds = 0;
  private isStopped = false;
  private follower: Follower | undefined;

  constructor(private readonly ports: UpstreamKeeperPorts) {
    this.me = { edge: ports.edge.id, epoch: ports.edge.epoch };
  }

  /** Lines that this edge watches at the server. */
  get size(): number {
    return this.kept.size;
  }

  /** Begins to hear of new watchers. `Rounds` does the rest. */
  async start(): Promise<void> {
    const { bus } = this.ports;
    this.follower = await bus.follow(
      'SUBSCRIPTIONS',
      { from: 'new', filter: bus.subjects.every.outgoing },
      (stored) => {
        const subject = bus.subjects.parse(stored.address);
        if (subject?.kind !== 'subscription' || stored.event.type !== 'linewatch.subscription.outgoing') return;
        const { package: name, watcher } = stored.event.data;
        void this.arrived({ line: subject.line, package: name }, watcher);
      },
    );
  }

  /** Takes a NOTIFY of the server; false: it belongs to no subscription here. */
  handle(incoming: ServerRequest): boolean {
    const upstream = this.bound.get(subscriberKeyOf(incoming.request) ?? '');
    upstream?.notify(incoming);
    return upstream !== undefined;
  }

  /** A subscription to a line beyond the trunk was accepted, here or at another edge. */
  async arrived(line: UpstreamLine, watcher: string): Promise<void> {
    const known = this.kept.get(keyOf(line));
    if (known) {
      known.freshUntil = this.ports.clock.now() + FRESH_MS;
      return known.upstream.arrived();
    }
    if (!this.isWatchable(line.line) || !this.isMine(line)) return;
    try {
      const [holder] = await this.claim([line]);
      if (isSame(holder, this.me)) this.begin(line, watcher);
    } catch (error) {
      // The next round takes it up.
      this.ports.failed('claim', error);
    }
  }

  /**
   * One round: brings what this edge keeps in step with who watches, who lives, and the rules.
   * @throws UnavailableError
   */
  async round(): Promise<void> {
    const { table, edge } = this.ports;
    if (this.isStopped || !edge.holds()) return;
    this.rulesChanged();
    const wanted = await table.wanted();
    // Lost tables say nothing of who watches.
    if (wanted === 'MISS') return;
    const watchable = wanted.filter(({ line }) => this.isWatchable(line));
    await this.letGo(new Set(watchable.map(keyOf)));
    await this.take(watchable.filter((line) => this.kept.has(keyOf(line)) || this.isMine(line)));
    this.audit();
    this.rounds += 1;
    if (this.rounds % SWEEP_ROUNDS === 0) await this.sweep(new Set(wanted.map(keyOf)));
  }

  /** The configuration changed: what may not be watched any more is let go, another server is asked [cme-presence 4.9]. */
  rulesChanged(): void {
    const { server } = this.ports.directory.current().config.presence;
    const gone: UpstreamLine[] = [];
    for (const [key, kept] of this.kept) {
      const { of, server: asked } = kept.upstream;
      if (this.isWatchable(of.line) && asked === server) continue;
      kept.upstream.stop();
      this.kept.delete(key);
      gone.push(of);
    }
    this.release(gone);
  }

  /** This process ends: another edge may take everything at once. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.follower?.stop();
    const lines = [...this.kept.values()].map(({ upstream }) => upstream.of);
    for (const { upstream } of this.kept.values()) upstream.leave();
    this.kept.clear();
    await this.ports.table.release(this.me, lines);
  }

  private begin(line: UpstreamLine, watcher: string, failure?: RelayFailure): void {
    const { server } = this.ports.directory.current().config.presence;
    if (this.isStopped || server === undefined || this.kept.has(keyOf(line))) return;
    const upstream = new Upstream(
      {
        ...this.ports,
        config: () => this.ports.directory.current().config,
        newFactId: () => `${this.me.edge}.${this.me.epoch}.relayed.${(this.facts += 1)}`,
        bind: (key, one) => void this.bound.set(key, one),
        unbind: (key) => void this.bound.delete(key),
      },
      line,
      server,
      watcher,
      failure,
    );
    const now = this.ports.clock.now();
    this.kept.set(keyOf(line), { upstream, freshUntil: now + FRESH_MS, saidAt: now });
  }

  /** Lines that nobody watches any more. */
  private async letGo(wanted: ReadonlySet<string>): Promise<void> {
    const now = this.ports.clock.now();
    const gone: UpstreamLine[] = [];
    for (const [key, kept] of this.kept) {
      if (wanted.has(key) || kept.freshUntil > now) continue;
      kept.upstream.stop();
      this.kept.delete(key);
      gone.push(kept.upstream.of);
    }
    await this.ports.table.release(this.me, gone);
  }

  private async take(lines: readonly WantedLine[]): Promise<void> {
    const holders = await this.claim(lines);
    for (const [at, line] of lines.entries()) {
      const known = this.kept.get(keyOf(line));
      if (isSame(holders[at], this.me)) {
        if (!known) await this.takeUp(line);
      } else if (known) {
        // Another edge took it while this one was thought to be dead: that one's word counts.
        known.upstream.leave();
        this.kept.delete(keyOf(line));
      }
    }
  }

  private async takeUp(line: WantedLine): Promise<void> {
    const watch: ActiveWatch | undefined = await this.ports.subscriptions.get(line.line, line.id);
    const { server } = this.ports.directory.current().config.presence;
    const failure = this.ports.lines.get(line.line)?.state.relayed[`${server} ${line.package}`]?.failure;
    this.begin(line, watch?.subscription.watcher.number ?? line.line, failure);
  }

  /** Claims lines, those of dead edges too. */
  private async claim(lines: readonly UpstreamLine[]): Promise<UpstreamHolder[]> {
    const { table } = this.ports;
    const holders = await table.claim(this.me, lines);
    const dead = lines.flatMap((line, at) => {
      const over = holders[at];
      return over && !isSame(over, this.me) && !this.isAlive(over) ? [{ at, line: { ...line, over } }] : [];
    });
    if (dead.length === 0) return holders;
    const taken = await table.claim(
      this.me,
      dead.map(({ line }) => line),
    );
    for (const [index, { at }] of dead.entries()) holders[at] = taken[index] ?? this.me;
    return holders;
  }

  /** What lines show is what was said of them; where it is not, it is said again [design law 6]. */
  private audit(): void {
    const { clock, repaired } = this.ports;
    const now = clock.now();
    for (const kept of this.kept.values()) {
      const { said } = kept.upstream;
      if (said !== kept.said) Object.assign(kept, { said, saidAt: now });
      if (!said || now - kept.saidAt < SETTLED_MS || this.shows(kept.upstream)) continue;
      repaired.of('relayed').add();
      kept.upstream.sayAgain();
    }
  }

  private shows({ of, source, said }: Upstream): boolean {
    const state = this.ports.lines.get(of.line)?.state;
    const view = state && Object.hasOwn(state.relayed, source) ? state.relayed[source] : undefined;
    if (!state || !view || view.stale || view.failure?.at !== said?.failure?.at) return false;
    return said?.lamp === undefined || of.package === 'dialog' || sameLamp(said.lamp, state.lamp);
  }

  /** Holders of lines that nobody watches, left by edges that died. */
  private async sweep(wanted: ReadonlySet<string>): Promise<void> {
    for await (const held of this.ports.table.held()) {
      for (const { holder, ...line } of held) {
        if (!wanted.has(keyOf(line)) && !this.isAlive(holder)) await this.ports.table.release(holder, [line]);
      }
    }
  }

  private release(lines: readonly UpstreamLine[]): void {
    if (lines.length > 0)
      this.ports.table.release(this.me, lines).catch((error: unknown) => this.ports.failed('release', error));
  }

  /** Whether a number may be watched at the server now: it is no line here, and the rules allow it. */
  private isWatchable(line: LineNumber): boolean {
    const { config, lines } = this.ports.directory.current();
    const { enabled, allowSubscribe, server } = config.presence;
    return enabled && allowSubscribe && server !== undefined && lines.resolve(line) === undefined;
  }

  private isAlive({ edge, epoch }: UpstreamHolder): boolean {
    return this.ports.edges().some((view) => view.edge === edge && view.epoch === epoch && view.alive);
  }

  /** Whether this edge is the one to begin with a line: the highest of all living SIP edges by hash. */
  private isMine(line: UpstreamLine): boolean {
    const key = keyOf(line);
    const own = weightOf(this.me.edge, key);
    return this.ports
      .edges()
      .every(({ edge, kind, alive }) => kind !== 'sip' || !alive || edge === this.me.edge || weightOf(edge, key) < own);
  }
}

function keyOf({ line, package: name }: UpstreamLine): string {
  return `${line} ${name}`;
}

function isSame(a: UpstreamHolder | undefined, b: UpstreamHolder): boolean {
  return a?.edge === b.edge && a.epoch === b.epoch;
}

function weightOf(edge: string, key: string): string {
  return createHash('sha1').update(`${edge}\n${key}`).digest('hex');
}
