import type { Bus, Listening } from '@linewatch/bus';
import type { DebugWish, PresenceDebugKind } from '@linewatch/presence';
import type { Clock } from '../clock';
import { TokenBucket } from './token-bucket';

/** A shell says its wish again in this time, and is taken for gone after three of them. */
export const DEBUG_RENEWAL_MS = 5_000;
export const DEBUG_LEASE_MS = 3 * DEBUG_RENEWAL_MS;

/** Shells that one process tells something at a time. */
const MOST_SESSIONS = 64;
/** Lines that one shell is told by one process: at once, and in a second after that. */
const LINES_AT_ONCE = 1_000;
const LINES_A_SECOND = 500;
/** How long lines wait for others to go with them, and the most that go together. */
const GATHER_MS = 50;
const MOST_TOGETHER = 50;
const LONGEST_LINE = 4_096;
const CHECK_MS = 1_000;

/** One shell that looks. */
interface Session {
  readonly wish: DebugWish;
  /** Of the monotonic clock. */
  readonly until: number;
  readonly bucket: TokenBucket;
  lines: { at: number; text: string }[];
  dropped: number;
  gathering?: NodeJS.Timeout;
}

/** What a line is about, as a wish names it. */
export type DebugSubject =
  | { readonly kind: PresenceDebugKind }
  /** BLF of the SCCP phone with a MAC address of twelve lower-case hex digits. */
  | { readonly kind: 'ephone-blf'; readonly mac: string | undefined };

/**
 * What of this process an operator may watch as it happens. A shell says on `lw.debug.<session>.wish` what it wants and
 * says it again as long as it lives; its lines go to `lw.debug.<session>.lines`. Who makes lines looks at `isOn` first,
 * so that nothing is made while nobody looks.
 */
export class DebugTap {
  /** Somebody wants to be told something. */
  isOn = false;
  private readonly sessions = new Map<string, Session>();
  private listening: Listening | undefined;
  private checking: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'listen' | 'publish' | 'subjects'>,
    private readonly clock: Clock,
  ) {}

  /** Begins to hear wishes. */
  async start(): Promise<void> {
    const { subjects } = this.bus;
    this.listening = await this.bus.listen(subjects.every.debugWishes, ({ address, event }) => {
      const parsed = subjects.parse(address);
      if (parsed?.kind === 'debug' && event.type === 'linewatch.debug.wish') this.wish(parsed.session, event.data);
    });
  }

  async stop(): Promise<void> {
    for (const session of [...this.sessions.keys()]) this.forget(session);
    await this.listening?.stop();
  }

  /** Shells that are told something. */
  get shells(): number {
    return this.sessions.size;
  }

  /**
   * Tells lines that belong together to whoever wants them: all, or none where a shell had too much.
   * @param make is called when there is somebody to tell, and room
   */
  tell(subject: DebugSubject, make: () => readonly string[]): void {
    if (!this.isOn) return;
    const [at, now] = [this.clock.now(), this.clock.monotonic()];
    let texts: readonly string[] | undefined;
    for (const [name, session] of this.sessions) {
      if (!isWanted(session.wish, subject)) continue;
      if (session.bucket.isEmpty(now)) session.dropped += 1;
      else {
        texts ??= make().map((text) => text.slice(0, LONGEST_LINE));
        if (session.bucket.take(texts.length, now)) for (const text of texts) session.lines.push({ at, text });
        else session.dropped += 1;
      }
      // It shall hear that it misses something also when nothing more comes.
      if (session.lines.length >= MOST_TOGETHER) this.send(name, session);
      else this.gather(name, session);
    }
  }

  private wish(name: string, wish: DebugWish): void {
    const known = this.sessions.get(name);
    if (wish.presence.length === 0 && wish.ephoneBlf.length === 0) return this.forget(name);
    if (!known && this.sessions.size >= MOST_SESSIONS) return;
    const now = this.clock.monotonic();
    const bucket = known?.bucket ?? new TokenBucket(LINES_AT_ONCE, LINES_A_SECOND, now);
    if (known) this.send(name, known);
    this.sessions.set(name, { wish, until: now + DEBUG_LEASE_MS, bucket, lines: [], dropped: 0 });
    this.isOn = true;
    this.checking ??= setInterval(() => this.check(), CHECK_MS).unref();
  }

  /** Forgets shells that have not said their wish again. */
  private check(): void {
    const now = this.clock.monotonic();
    for (const [name, { until }] of [...this.sessions]) if (now >= until) this.forget(name);
  }

  private forget(name: string): void {
    const session = this.sessions.get(name);
    clearTimeout(session?.gathering);
    this.sessions.delete(name);
    if (this.sessions.size > 0) return;
    this.isOn = false;
    clearInterval(this.checking);
    this.checking = undefined;
  }

  private gather(name: string, session: Session): void {
    session.gathering ??= setTimeout(() => this.send(name, session), GATHER_MS);
  }

  private send(name: string, session: Session): void {
    clearTimeout(session.gathering);
    delete session.gathering;
    const { lines, dropped } = session;
    if (lines.length === 0 && dropped === 0) return;
    session.lines = [];
    session.dropped = 0;
    this.bus.publish(this.bus.subjects.debug(name, 'lines'), {
      type: 'linewatch.debug.lines',
      data: { lines, dropped },
    });
  }
}

function isWanted({ presence, ephoneBlf }: DebugWish, subject: DebugSubject): boolean {
  if (subject.kind !== 'ephone-blf') return presence.includes(subject.kind);
  return ephoneBlf === 'all' || (subject.mac !== undefined && ephoneBlf.includes(subject.mac));
}
