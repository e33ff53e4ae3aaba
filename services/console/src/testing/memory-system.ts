import {
  type BusEvent,
  ConflictError,
  type FollowOptions,
  type Heard,
  type Stored,
  makeSubjects,
} from '@linewatch/bus';
import { type ProcessInfo, RunningConfig } from '@linewatch/runtime';
import {
  type ExplainReply,
  type LineFold,
  type SubscriptionRecord,
  emptyLine,
  lineOverview,
} from '@linewatch/presence';
import type { System } from '../system';
import { intersection } from '../watching/reading';

/** A moment of which transcripts speak: 2026-11-28 06:00:00 UTC. */
export const MOMENT = Date.UTC(2026, 10, 28, 6);

/** As much of a system as the shell needs, in memory: stream CONFIG, and answers to questions. */
export class MemorySystem {
  readonly subjects = makeSubjects();
  readonly stored: Stored[] = [];
  readonly running = new RunningConfig({ platformMaximum: 1000 });
  private readonly followers = new Set<(stored: Stored) => void>();
  /** Somebody writes first, once. */
  beforeAppend: (() => void) | undefined;
  /** Who answers `lw.ask.show.processes`. */
  processes: readonly ProcessInfo[] = [];
  /** What presence-state knows of lines, by number. */
  readonly lines = new Map<string, LineFold>();
  /** What streams beside CONFIG hold. */
  kept: readonly Stored[] = [];
  /** What edges answer to `explain`, by their ids. */
  readonly explained = new Map<string, ExplainReply>();

  constructor(readonly subscriptions: readonly SubscriptionRecord[] = []) {}

  /** As the console sees it. */
  get system(): System {
    return { bus: this as unknown as System['bus'], platformMaximum: 1000 };
  }

  /** Begins with a configuration, and with what is known of its lines. */
  fill(config: string, lines: ReadonlyMap<string, LineFold>): void {
    const commands = config.trim().split('\n');
    this.put(this.subjects.config('startup'), {
      type: 'linewatch.config.applied',
      data: { author: 'startup', commands, change: { id: 'startup', part: 0, parts: 1 } },
    });
    for (const [line, fold] of lines) this.lines.set(line, fold);
  }

  /** Appends at once, as somebody else does. */
  put(address: string, event: BusEvent): number {
    const streamSeq = this.stored.length + 1;
    const one = { event, address, streamSeq, storedAt: MOMENT + streamSeq * 1000 } as Stored;
    this.stored.push(one);
    for (const take of this.followers) take(one);
    return streamSeq;
  }

  async append(subject: string, event: BusEvent, options: { expectLastOfStream?: number } = {}) {
    const disturb = this.beforeAppend;
    this.beforeAppend = undefined;
    disturb?.();
    const { expectLastOfStream } = options;
    if (expectLastOfStream !== undefined && expectLastOfStream !== this.stored.length)
      throw new ConflictError(subject, expectLastOfStream, this.stored.length);
    return { seq: this.put(subject, event), duplicate: false };
  }

  async follow(stream: string, options: FollowOptions, take: (stored: Stored) => void) {
    const { filter = '>' } = options;
    const mine = stream === 'CONFIG' ? take : () => undefined;
    this.kept.filter((one) => one.stream === stream && intersection(filter, one.address)).forEach(take);
    if (options.from === 'all') this.stored.forEach((one) => mine(one));
    this.followers.add(mine);
    return {
      caughtUp: Promise.resolve(),
      position: () => (stream === 'CONFIG' ? this.stored.length : 0),
      stop: () => void this.followers.delete(mine),
    };
  }

  /** What was said on core NATS. */
  readonly said: { readonly subject: string; readonly event: BusEvent }[] = [];
  private readonly ears = new Map<string, (heard: Heard) => void>();

  async listen(subject: string, handler: (heard: Heard) => void) {
    this.ears.set(subject, handler);
    return { stop: async () => void this.ears.delete(subject) };
  }

  publish(subject: string, event: BusEvent, source = '/console'): boolean {
    this.said.push({ subject, event });
    this.ears.get(subject)?.({ address: subject, event, source } as Heard);
    return true;
  }

  async last(subject: string): Promise<Stored | undefined> {
    return [...this.stored, ...this.kept].filter(({ address }) => address === subject).at(-1);
  }

  async next(stream: string, filter: string, fromSeq: number): Promise<Stored | undefined> {
    return this.kept.find(
      (one) => one.stream === stream && one.streamSeq >= fromSeq && intersection(filter, one.address),
    );
  }

  status(): { readonly server: string } {
    return { server: '127.0.0.1:4222' };
  }

  async gather(subject: string): Promise<unknown[]> {
    return subject === this.subjects.show('processes') ? [...this.processes] : [];
  }

  async ask(subject: string, question: { subId?: number; presentity?: string; lines?: string[] }): Promise<unknown> {
    if (subject === this.subjects.ask('lines'))
      return { lines: question.lines?.map((line) => lineOverview(this.lines.get(line) ?? emptyLine(line))) };
    const asked = this.subjects.parse(subject);
    if (asked?.kind === 'ask-edge') return this.explained.get(asked.edge);
    const { subId, presentity } = question;
    const records = this.subscriptions.filter(
      (record) =>
        (subId === undefined || record.subId === subId) &&
        (presentity === undefined || record.subscription.presentity.number === presentity),
    );
    return { total: this.subscriptions.length, records, more: false };
  }
}
