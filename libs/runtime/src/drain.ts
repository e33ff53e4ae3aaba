import type { Logger } from './log';

/** The steps of a clean stop, in their order; the things of one step end beside one another. */
export const drainSteps = ['accept', 'pull', 'finish', 'hand-over', 'close'] as const;
export type DrainStep = (typeof drainSteps)[number];

/**
 * How a process stops: take no new work (`accept`), take no more from the bus (`pull`), end what is in hand (`finish`),
 * pass on what others shall own (`hand-over`), close connections (`close`). A step that hangs is left after its time.
 */
export class Drain {
  private readonly parts: { step: DrainStep; name: string; stop: () => unknown }[] = [];
  private running: Promise<boolean> | undefined;

  constructor(
    private readonly log: Pick<Logger, 'info' | 'warn'>,
    private readonly stepMs: number,
  ) {}

  on(step: DrainStep, name: string, stop: () => unknown): void {
    this.parts.push({ step, name, stop });
  }

  /** Runs once; true when everything ended by itself. */
  run(): Promise<boolean> {
    this.running ??= this.runSteps();
    return this.running;
  }

  private async runSteps(): Promise<boolean> {
    let clean = true;
    for (const step of drainSteps) {
      const parts = this.parts.filter((part) => part.step === step);
      // Built last, stopped first, as far as order matters within a step.
      const ends = await Promise.all(parts.reverse().map((part) => this.stop(part.name, part.stop)));
      clean &&= ends.every(Boolean);
    }
    return clean;
  }

  private async stop(name: string, stop: () => unknown): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.stepMs);
    });
    try {
      const end = await Promise.race([Promise.resolve(stop()), late]);
      if (end === 'late') this.log.warn({ part: name, ms: this.stepMs }, 'did not stop in time; going on without it');
      return end !== 'late';
    } catch (error) {
      this.log.warn({ part: name, err: error }, 'failed to stop');
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
