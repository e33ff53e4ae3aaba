import type { Bus, Follower, Stored } from '@linewatch/bus';
import { type Config, type LanguageOptions, applyCommands, emptyConfig } from '@linewatch/config';
import { ChangeAssembler } from './change-assembler';

export interface RunningConfigSettings extends LanguageOptions {
  /** Told of lines that were not carried out and of changes that were given up. */
  readonly onProblem?: (problem: { revision: number; reason: string; lines: readonly string[] }) => void;
  /** The last revision that counts; every one when absent. */
  readonly upTo?: number;
}

/** `previous` is the same object where nothing changed: compare parts by identity. */
export type ConfigListener = (next: Config, previous: Config, revision: number) => void;

/**
 * The running configuration: the fold of stream CONFIG from its start. A change applies when its last part is there, at
 * the sequence of that part: every process goes through the same configurations in the same order.
 */
export class RunningConfig {
  private config = emptyConfig();
  private applied = 0;
  private follower: Follower | undefined;
  private readonly assembler = new ChangeAssembler((id) =>
    this.settings.onProblem?.({
      revision: this.applied,
      reason: `change ${id} was never completed; it is not applied`,
      lines: [],
    }),
  );
  private readonly listeners = new Set<ConfigListener>();
  /** While catching up, whole changes wait here: their commands are applied in one pass over the tables. */
  private backlog: string[] | undefined = [];

  constructor(private readonly settings: RunningConfigSettings = {}) {}

  /** Follows CONFIG and resolves when what the stream held has been applied. */
  async start(bus: Pick<Bus, 'follow'>): Promise<void> {
    this.follower = await bus.follow('CONFIG', { from: 'all' }, (stored) => this.take(stored));
    await this.follower.caughtUp;
    this.applyBacklog();
    this.backlog = undefined;
    this.tell(emptyConfig(), this.applied);
  }

  current(): Config {
    return this.config;
  }

  /** The CONFIG sequence of the last change that was applied; 0 when there is none. */
  revision(): number {
    return this.applied;
  }

  /** The CONFIG sequence up to which everything was heard, parts of changes included: what a writer expects to be the last. */
  position(): number {
    return this.follower?.position() ?? 0;
  }

  /** Called after each change, and once for all that the stream held at the start; returns how to stop it. */
  onChange(listener: ConfigListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.follower?.stop();
  }

  private take({ event, streamSeq }: Stored): void {
    if (event.type !== 'linewatch.config.applied' || streamSeq > (this.settings.upTo ?? Infinity)) return;
    const commands = this.assembler.add(event.data)?.commands;
    if (commands === undefined) return;
    if (this.backlog === undefined) {
      const previous = this.config;
      this.apply(commands, streamSeq);
      return this.tell(previous, streamSeq);
    }
    // Typed lines are read otherwise than indented ones: they stay alone, so that all processes read alike.
    if (!commands.some((command) => /^\s+[^\s!]/.test(command))) {
      this.applyBacklog();
      return this.apply(commands, streamSeq);
    }
    this.applied = streamSeq;
    // `!` ends the modes of the change before.
    this.backlog.push('!');
    for (const command of commands) this.backlog.push(command);
  }

  private applyBacklog(): void {
    const commands = this.backlog?.splice(0) ?? [];
    if (commands.length > 0) this.apply(commands, this.applied);
  }

  private apply(commands: readonly string[], revision: number): void {
    const { platformMaximum } = this.settings;
    const { config, results } = applyCommands(this.config, commands, {
      keepUnknown: true,
      ...(platformMaximum !== undefined && { platformMaximum }),
    });
    const refused = commands.filter((_, index) => results[index]?.ok === false);
    if (refused.length > 0)
      this.settings.onProblem?.({ revision, reason: 'commands were not understood', lines: refused.slice(0, 20) });
    this.config = config;
    this.applied = revision;
  }

  private tell(previous: Config, revision: number): void {
    if (this.config === previous || revision === 0) return;
    for (const listener of this.listeners) listener(this.config, previous, revision);
  }
}
