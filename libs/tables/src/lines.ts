import {
  edgesOf,
  nextLeaseEnd,
  type EdgeId,
  type LineFold,
  type LineNumber,
  type PublishedView,
} from '@linewatch/presence';
import { bindingArguments } from './bindings';
import type { RedisConnection } from './connection';
import { escapeToken, unescapeToken } from './keys';

/** The row of one line: its fold and what was last published of it, with that message's PRESENCE sequence. */
export interface LineRow {
  readonly fold: LineFold;
  readonly published?: { readonly seq: number; readonly view: PublishedView };
}

/** Enough of a packed row for both its sequences. */
const HEAD_CHARACTERS = 40;
const BATCH = 200;
/** Races over an index end after a round or two; more says that something is wrong, and the sweep will repair it. */
const MAX_ROUNDS = 8;

/**
 * Line states in Redis: a projection of LINES and PRESENCE. A row carries the sequences it was folded up to; an absent
 * row must be rebuilt from the streams. Throws `UnavailableError` when Redis does not answer.
 */
export class LineTable {
  constructor(private readonly redis: RedisConnection) {}

  /** The row, or undefined when it was lost or never made: rebuild it. */
  async read(line: LineNumber): Promise<LineRow | undefined> {
    const packed = await this.redis.run((redis) => redis.get(this.redis.keys.line(line)));
    return packed === null ? undefined : unpackLine(packed);
  }

  /** The rows of many lines, in their order, in one round trip. */
  readMany(lines: readonly LineNumber[]): Promise<(LineRow | undefined)[]> {
    return Promise.all(lines.map((line) => this.read(line)));
  }

  /**
   * Writes only over a row that was folded up to `expectedSeq` (or over none), and never lowers either sequence: of two
   * copies one is told `conflict` and reads again. Registrations folded since `expectedSeq` go into the bindings too.
   */
  put(line: LineNumber, row: LineRow, expectedSeq: number | 'absent'): Promise<'ok' | 'conflict'> {
    const { keys } = this.redis;
    const since = expectedSeq === 'absent' ? -1 : expectedSeq;
    const args = [...rowArguments(row), ...bindingArguments(row.fold.registrations, since)];
    return this.redis.run((redis) =>
      redis.lwPutLine(keys.line(line), keys.bindings(line), String(expectedSeq), ...args),
    );
  }

  /** Writes a row made from the streams, and the bindings in it, unless a newer row stands there. */
  async putRebuilt(line: LineNumber, row: LineRow): Promise<void> {
    const { keys } = this.redis;
    const args = [...rowArguments(row), ...bindingArguments(row.fold.registrations, -1)];
    await this.redis.run((redis) => redis.lwPutRebuiltLine(keys.line(line), keys.bindings(line), ...args));
  }

  /**
   * Brings the indexes of leases and edges up to a row that was written. `previous` is the row before it, if known: what
   * only that one depended on is taken out (else `ofEdge` does it when it comes by).
   */
  async index(line: LineNumber, row: LineRow, previous?: LineRow): Promise<void> {
    const left = new Set(previous && edgesOf(previous.fold));
    let current = row;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      await this.writeIndexes(line, current, left);
      const head = await this.redis.run((redis) => redis.getrange(this.redis.keys.line(line), 0, HEAD_CHARACTERS - 1));
      // A row that vanished will be rebuilt and indexed then.
      if (head === '' || seqOf(head) <= current.fold.seq) return;
      const newer = await this.read(line);
      if (!newer) return;
      for (const edge of edgesOf(current.fold)) left.add(edge);
      current = newer;
    }
  }

  /** Lines with a lease that ends by `now`, the earliest first, at most `limit`. A line may turn out not to be due. */
  async due(now: number, limit: number): Promise<LineNumber[]> {
    const members = await this.redis.run((redis) =>
      redis.zrangebyscore(this.redis.keys.leases, '-inf', now, 'LIMIT', 0, limit),
    );
    return members.map(unescapeToken);
  }

  /** When the next lease of any line ends; undefined when there is none. */
  async nextDue(): Promise<number | undefined> {
    const [, end] = await this.redis.run((redis) =>
      redis.zrangebyscore(this.redis.keys.leases, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1),
    );
    return end === undefined ? undefined : Number(end);
  }

  /** Lines that depend on an edge or whose row was lost, in bounded batches. A line may come twice. */
  async *ofEdge(edge: EdgeId): AsyncGenerator<readonly LineNumber[]> {
    const key = this.redis.keys.edgeLines(edge);
    let cursor = '0';
    do {
      const from = cursor;
      const [next, members] = await this.redis.run((redis) => redis.sscan(key, from, 'COUNT', BATCH));
      cursor = next;
      for (const batch of batchesOf(members.map(unescapeToken), BATCH)) {
        const depending = await this.withoutStrays(edge, batch);
        if (depending.length > 0) yield depending;
      }
    } while (cursor !== '0');
  }

  /** All lines that have a row, in bounded batches. A line may come twice. */
  async *all(): AsyncGenerator<readonly LineNumber[]> {
    for await (const found of this.redis.scan(this.redis.keys.everyLine('line'))) {
      const lines = found.map((key) => this.redis.keys.lineOf(key)).filter((line) => line !== undefined);
      yield* batchesOf(lines, BATCH);
    }
  }

  /** Indexes every row anew: repairs what a copy left undone that died between row and index. Returns how many rows. */
  async sweepIndexes(): Promise<number> {
    let swept = 0;
    for await (const lines of this.all()) {
      const rows = await this.readMany(lines);
      await Promise.all(
        lines.map(async (line, at) => {
          const row = rows[at];
          if (!row) return;
          await this.index(line, row);
          swept += 1;
        }),
      );
    }
    return swept;
  }

  private async writeIndexes(line: LineNumber, { fold }: LineRow, left: ReadonlySet<EdgeId>): Promise<void> {
    const { keys } = this.redis;
    const member = escapeToken(line);
    const leaseEnd = nextLeaseEnd(fold);
    const edges = edgesOf(fold);
    await Promise.all([
      this.redis.run((redis) =>
        leaseEnd === undefined ? redis.zrem(keys.leases, member) : redis.zadd(keys.leases, leaseEnd, member),
      ),
      ...edges.map((edge) => this.redis.run((redis) => redis.sadd(keys.edgeLines(edge), member))),
      ...[...left]
        .filter((edge) => !edges.includes(edge))
        .map((edge) => this.redis.run((redis) => redis.srem(keys.edgeLines(edge), member))),
    ]);
  }

  /** Takes lines out of an edge's index whose row does not depend on it any more. */
  private async withoutStrays(edge: EdgeId, lines: readonly LineNumber[]): Promise<LineNumber[]> {
    const depends = (row: LineRow | undefined): boolean => !row || edgesOf(row.fold).includes(edge);
    const rows = await this.readMany(lines);
    const strays = lines.filter((_line, at) => !depends(rows[at]));
    if (strays.length === 0) return [...lines];
    const key = this.redis.keys.edgeLines(edge);
    await this.redis.run((redis) => redis.srem(key, ...strays.map(escapeToken)));
    // A row may have come to depend on the edge between the look and the removal.
    const again = await this.readMany(strays);
    const back = strays.filter((_line, at) => depends(again[at]));
    if (back.length > 0) await this.redis.run((redis) => redis.sadd(key, ...back.map(escapeToken)));
    return lines.filter((line) => !strays.includes(line) || back.includes(line));
  }
}

function rowArguments(row: LineRow): [seq: string, published: string, packed: string] {
  const head = [String(row.fold.seq), String(row.published?.seq ?? 0)] as const;
  return [...head, `${head.join(' ')} ${JSON.stringify(row)}`];
}

/** A row that cannot be read counts as lost: the streams have it. */
function unpackLine(packed: string): LineRow | undefined {
  const json = packed.indexOf(' ', packed.indexOf(' ') + 1) + 1;
  try {
    return JSON.parse(packed.slice(json)) as LineRow;
  } catch {
    return undefined;
  }
}

function seqOf(head: string): number {
  return Number.parseInt(head, 10);
}

function* batchesOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
