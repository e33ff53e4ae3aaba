import { randomUUID } from 'node:crypto';
import type { RedisConnection } from './connection';
import type { TableSet } from './keys';

/** How long a copy that fell silent keeps the lead. */
const LEASE_MS = 2_000;

/**
 * Which of many copies does the work on a set of tables now, so that they do not race for the same rows. A help to be
 * fast, never a reason to be right: for a moment there may be two leaders or none, and the work must bear both.
 */
export class Lead {
  private readonly key: string;
  private readonly name = randomUUID();

  constructor(
    private readonly redis: RedisConnection,
    of: TableSet,
    private readonly leaseMs = LEASE_MS,
  ) {
    this.key = redis.keys.lead(of);
  }

  /** Takes or keeps the lead; false when another copy has it. Call it well within the lease. */
  async hold(): Promise<boolean> {
    return (await this.redis.run((redis) => redis.lwHoldLead(this.key, this.name, String(this.leaseMs)))) === 'yours';
  }

  /** Gives the lead up, if this copy has it, so that nobody waits for the lease. */
  async release(): Promise<void> {
    await this.redis.run((redis) => redis.lwReleaseLead(this.key, this.name));
  }
}
