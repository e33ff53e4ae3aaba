import { UnavailableError } from '@linewatch/bus';
import type { EdgeId } from '@linewatch/presence';
import type { LeaseKeeper } from './lease-keeper';
import type { LineGeneration } from './ports';

/**
 * How often the lines of a lost edge are walked, once a round: what the edge said last may still be in the hands of a
 * copy that has not folded it. What comes even later has its own lease.
 */
const WALKS = 5;

/**
 * The edges that were lost and whose lines have not all been told yet. A walk that failed, or during which Redis lost
 * its tables, does not count: it is made again until it worked.
 */
export class EdgeLosses {
  private readonly losses = new Map<EdgeId, { readonly epoch: number; walks: number }>();

  constructor(
    private readonly keeper: Pick<LeaseKeeper, 'edgeLost'>,
    private readonly generation: Pick<LineGeneration, 'current'>,
  ) {}

  /** All epochs of the edge up to this one are over: it fell silent, said bye, or began another one. */
  lost(edge: EdgeId, epoch: number): void {
    if ((this.losses.get(edge)?.epoch ?? 0) <= epoch) this.losses.set(edge, { epoch, walks: WALKS });
  }

  /** The edge lives in this epoch: what it says in it from now on is believed. */
  back(edge: EdgeId, epoch: number): void {
    const loss = this.losses.get(edge);
    if (loss && loss.epoch >= epoch) this.losses.delete(edge);
  }

  /** Lost edges that still have to be told to their lines. */
  waiting(): number {
    return this.losses.size;
  }

  /** One walk for each lost edge. @throws UnavailableError when one could not be made; call again */
  async round(): Promise<void> {
    for (const [edge, loss] of [...this.losses]) {
      await this.walk(edge, loss.epoch);
      loss.walks -= 1;
      if (loss.walks <= 0 && this.losses.get(edge) === loss) this.losses.delete(edge);
    }
  }

  /** The index of an edge's lines is whole only if the tables stood before and after. */
  private async walk(edge: EdgeId, epoch: number): Promise<void> {
    const before = await this.generation.current();
    if (before === undefined) throw new UnavailableError(`the lines of ${edge} are not rebuilt yet`);
    await this.keeper.edgeLost(edge, epoch);
    if ((await this.generation.current()) !== before)
      throw new UnavailableError(`the tables were lost while the lines of ${edge} were told`);
  }
}
