import { ConflictError, UnavailableError, type Bus } from '@linewatch/bus';
import type { Lines } from '@linewatch/edge';
import { foldRelayed, type LineNumber, type RelayedFact } from '@linewatch/presence';
import type { PublicationDecision, Sources } from './decide-publication';

const MAX_ROUNDS = 8;
/** Lines whose sources are remembered, so that a refresh reads no more than what came since the one before. */
const MOST_KNOWN = 10_000;

interface KnownSources {
  readonly sources: Sources;
  /** The LINES sequence of the newest fact among them: what an append expects to find. */
  readonly last: number;
}

/**
 * What other systems say of lines, as the stream has it: any edge may take any PUBLISH, as none keeps anything but a
 * memory of what it read [design laws 1 and 2].
 */
export class Publications {
  private readonly known = new Map<LineNumber, KnownSources>();

  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'append' | 'next'>,
    private readonly lines: Pick<Lines, 'get'>,
  ) {}

  /**
   * Appends what `decide` makes of the line's sources, if no other fact came in between, else decides anew.
   * @returns the place of the fact in LINES, or why there is none
   * @throws UnavailableError
   */
  async change(
    line: LineNumber,
    decide: (sources: Sources) => PublicationDecision,
  ): Promise<{ readonly seq: number } | Extract<PublicationDecision, { kind: 'refused' }>> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const known = await this.read(line);
      const decision = decide(known.sources);
      if (decision.kind === 'refused') return decision;
      if (decision.kind === 'done') return { seq: decision.seq };
      const seq = await this.append(line, decision.fact, known.last);
      if (seq === 'conflict') continue;
      this.remember(line, { sources: foldRelayed(known.sources, decision.fact, seq), last: seq });
      return { seq };
    }
    throw new UnavailableError(`line ${line}: ${MAX_ROUNDS} publications in a row lost against others`);
  }

  private async append(line: LineNumber, data: RelayedFact, expectLast: number): Promise<number | 'conflict'> {
    const event = { type: 'linewatch.line.relayed', data } as const;
    try {
      const subject = this.bus.subjects.lineFact(line, 'relayed');
      return (await this.bus.append(subject, event, { about: line, expectLast })).seq;
    } catch (error) {
      if (error instanceof ConflictError) return 'conflict';
      throw error;
    }
  }

  /** What the line's last state and our memory say, with every fact since. */
  private async read(line: LineNumber): Promise<KnownSources> {
    const fold = this.lines.get(line)?.state.fold;
    const remembered = this.known.get(line);
    const stated = { sources: fold?.relayed ?? {}, last: fold?.last.relayed ?? 0 };
    let { sources, last } = remembered && remembered.last >= stated.last ? remembered : stated;
    const subject = this.bus.subjects.lineFact(line, 'relayed');
    for (let stored = await this.bus.next('LINES', subject, last + 1); stored;) {
      last = stored.streamSeq;
      if (stored.event.type === 'linewatch.line.relayed') sources = foldRelayed(sources, stored.event.data, last);
      stored = await this.bus.next('LINES', subject, last + 1);
    }
    const read = { sources, last };
    this.remember(line, read);
    return read;
  }

  private remember(line: LineNumber, known: KnownSources): void {
    this.known.delete(line);
    this.known.set(line, known);
    if (this.known.size <= MOST_KNOWN) return;
    const [oldest] = this.known.keys();
    if (oldest !== undefined) this.known.delete(oldest);
  }
}
