import { randomUUID } from 'node:crypto';
import type { RedisConnection } from './connection';
import { UnavailableError } from './errors';
import type { TableSet } from './keys';

/** How long a rebuild may stay silent before another copy takes its turn. */
const TURN_MS = 10_000;
const LOOK_AGAIN_MS = 50;
/** How long a copy waits for another's rebuild before it gives its caller an error. */
const WAIT_MS = 30_000;

export interface GenerationSettings {
  readonly turnMs?: number;
  readonly waitMs?: number;
}

/** A turn to rebuild: the name of the generation to come. */
export interface Turn {
  readonly turn: string;
}

/**
 * Names the making of a set of tables. The name lies in Redis beside them, so it is lost when they are; then one copy
 * at a time rebuilds them from the streams [design law 1].
 */
export class Generation {
  private readonly keys: readonly [generation: string, rebuild: string];
  private readonly turnMs: number;
  private readonly waitMs: number;
  private held: string | undefined;

  constructor(
    private readonly redis: RedisConnection,
    of: TableSet,
    settings: GenerationSettings = {},
  ) {
    this.keys = [redis.keys.generation(of), redis.keys.rebuild(of)];
    this.turnMs = settings.turnMs ?? TURN_MS;
    this.waitMs = settings.waitMs ?? WAIT_MS;
  }

  /** The generation that stands; undefined when the tables were lost, or never made. */
  async current(): Promise<string | undefined> {
    return (await this.redis.run((redis) => redis.get(this.keys[0]))) ?? undefined;
  }

  /**
   * A turn to rebuild, or the word that another copy finished meanwhile. Waits while another copy holds the turn.
   * @throws UnavailableError when that one neither ends nor falls silent in time
   */
  async beginRebuild(): Promise<Turn | 'done-by-another'> {
    const turn = randomUUID();
    const deadline = performance.now() + this.waitMs;
    for (;;) {
      const word = await this.redis.run((redis) => redis.lwBeginRebuild(...this.keys, turn, String(this.turnMs)));
      if (word === 'done') return 'done-by-another';
      if (word === 'yours') {
        this.held = turn;
        return { turn };
      }
      if (performance.now() >= deadline) {
        throw new UnavailableError('another copy is still rebuilding the tables; ask again');
      }
      await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
    }
  }

  /**
   * Says that the rebuild goes on. Called for each batch.
   * @throws UnavailableError when the turn was lost: the tables were lost again, or this copy was silent too long
   */
  async renew(): Promise<void> {
    const turn = this.held;
    if (turn === undefined) throw new UnavailableError('no rebuild of the tables was begun');
    const word = await this.redis.run((redis) => redis.lwRenewRebuild(this.keys[1], turn, String(this.turnMs)));
    if (word === 'lost') throw lostTurn();
  }

  /**
   * Names the rebuilt tables: from now on they are whole.
   * @throws UnavailableError when the turn was lost: what was rebuilt may be lost in part, so begin again
   */
  async finishRebuild({ turn }: Turn): Promise<void> {
    const word = await this.redis.run((redis) => redis.lwFinishRebuild(...this.keys, turn));
    if (this.held === turn) this.held = undefined;
    if (word === 'lost') throw lostTurn();
  }

  /** Declares the tables lost, after a check found rows behind the stream: the next reader rebuilds them. */
  async discard(): Promise<void> {
    await this.redis.run((redis) => redis.del(this.keys[0]));
  }
}

function lostTurn(): UnavailableError {
  return new UnavailableError('the turn to rebuild the tables was lost, as they were wiped or it took too long');
}
