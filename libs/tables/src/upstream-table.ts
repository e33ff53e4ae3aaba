import type { EdgeId, LineNumber, Subscription, SubscriptionId } from '@linewatch/presence';
import type { RedisConnection } from './connection';
import { escapeToken, unescapeToken } from './keys';

/** A line beyond the trunk that is watched in one package: it has one subscription at the server, shared by all [cme-presence 4.8]. */
export interface UpstreamLine {
  readonly line: LineNumber;
  readonly package: Subscription['package'];
}

/** One that somebody watches, with one of those who do. */
export interface WantedLine extends UpstreamLine {
  readonly id: SubscriptionId;
}

/** An edge in one of its lives. */
export interface UpstreamHolder {
  readonly edge: EdgeId;
  readonly epoch: number;
}

/** Lines in one step: enough to be cheap, few enough not to hold the server up. */
const BATCH = 500;

/** A watcher as a member of the index, in which all of a line and package stand together. */
export function upstreamMember(
  { line }: Pick<UpstreamLine, 'line'>,
  name: UpstreamLine['package'],
  id: SubscriptionId,
): string {
  return `${escapeToken(line)} ${name} ${id}`;
}

/**
 * Which lines beyond the trunk somebody here watches, and which edge watches each there. Who holds one says so by
 * compare-and-set; a holder that is dead is told by its epoch. Throws `UnavailableError` when Redis does not answer.
 */
export class UpstreamTable {
  constructor(private readonly redis: RedisConnection) {}

  /** Every line and package that is watched. `MISS`: the tables were lost, and say nothing until they are rebuilt. */
  async wanted(): Promise<WantedLine[] | 'MISS'> {
    const { keys } = this.redis;
    const wanted: WantedLine[] = [];
    for (let after = ''; ;) {
      const from = after;
      const [word, ...members] = await this.redis.run((redis) =>
        redis.lwWantedUpstream(keys.upstream, keys.generation('subscriptions'), from, String(BATCH)),
      );
      if (word === 'MISS') return 'MISS';
      wanted.push(...members.map(parseMember));
      const last = members.at(-1);
      if (last === undefined || members.length < BATCH) return wanted;
      after = last.slice(0, last.lastIndexOf(' ') + 1);
    }
  }

  /**
   * Takes each line that nobody holds, or that the holder named with it does.
   * @returns who holds each now, in their order
   */
  async claim(
    me: UpstreamHolder,
    lines: readonly (UpstreamLine & { readonly over?: UpstreamHolder })[],
  ): Promise<UpstreamHolder[]> {
    const holders: UpstreamHolder[] = [];
    for (let start = 0; start < lines.length; start += BATCH) {
      const args = lines
        .slice(start, start + BATCH)
        .flatMap(({ over, ...line }) => [fieldOf(line), over ? packHolder(over) : '']);
      const packed = await this.redis.run((redis) =>
        redis.lwClaimUpstream(this.redis.keys.upstreamHolders, packHolder(me), ...args),
      );
      holders.push(...packed.map(unpackHolder));
    }
    return holders;
  }

  /** Gives lines up that this edge holds, so that another may take them at once. */
  async release(me: UpstreamHolder, lines: readonly UpstreamLine[]): Promise<void> {
    for (let start = 0; start < lines.length; start += BATCH) {
      const fields = lines.slice(start, start + BATCH).map(fieldOf);
      await this.redis.run((redis) =>
        redis.lwReleaseUpstream(this.redis.keys.upstreamHolders, packHolder(me), ...fields),
      );
    }
  }

  /** Every line that has a holder, in bounded batches. One may come twice. */
  async *held(): AsyncGenerator<readonly (UpstreamLine & { readonly holder: UpstreamHolder })[]> {
    let cursor = '0';
    do {
      const from = cursor;
      const [next, flat] = await this.redis.run((redis) =>
        redis.hscan(this.redis.keys.upstreamHolders, from, 'COUNT', BATCH),
      );
      cursor = next;
      const held = [];
      for (let at = 0; at + 1 < flat.length; at += 2) {
        held.push({ ...parseField(flat[at] as string), holder: unpackHolder(flat[at + 1] as string) });
      }
      if (held.length > 0) yield held;
    } while (cursor !== '0');
  }
}

function parseMember(member: string): WantedLine {
  const space = member.lastIndexOf(' ');
  return { ...parseField(member.slice(0, space)), id: member.slice(space + 1) };
}

function fieldOf({ line, package: name }: UpstreamLine): string {
  return `${escapeToken(line)} ${name}`;
}

function parseField(field: string): UpstreamLine {
  const space = field.indexOf(' ');
  return {
    line: unescapeToken(field.slice(0, space)),
    package: field.slice(space + 1) === 'dialog' ? 'dialog' : 'presence',
  };
}

function packHolder({ edge, epoch }: UpstreamHolder): string {
  return `${escapeToken(edge)} ${epoch}`;
}

function unpackHolder(packed: string): UpstreamHolder {
  const [edge = '', epoch] = packed.split(' ');
  return { edge: unescapeToken(edge), epoch: Number(epoch) };
}
