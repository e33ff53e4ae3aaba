import { type Bus, ConflictError, RejectedError, UnavailableError } from '@linewatch/bus';
import {
  type Config,
  type LanguageOptions,
  type ModePath,
  type PhoneOrder,
  type Refusal,
  applyCommands,
  diffConfig,
  withHashedSecrets,
} from '@linewatch/config';
import { type RunningConfig, appendConfigChange, hashedWithChance } from '@linewatch/runtime';
import { ConsoleError } from './console-io';
import { untilApplied, untilHeard } from './running-configuration';

/** How often somebody else may be first. */
const MOST_TRIES = 100;

/** The configuration that runs, and who changes it. */
export interface Live {
  readonly bus: Pick<Bus, 'append' | 'subjects'>;
  readonly running: Pick<RunningConfig, 'current' | 'revision' | 'position' | 'onChange'>;
  readonly author: string;
}

/**
 * Changes the running configuration. The change is planned upon what runs and stored only if nobody changed anything
 * since; else it is planned again, so that of two operators neither undoes what the other one did unseen.
 * @param plan the commands that make the change, upon a configuration; none when it says it all already
 * @returns the revision at which the change runs
 * @throws ConsoleError when it cannot be stored
 */
export async function changeLive(
  { bus, running, author }: Live,
  plan: (running: Config) => readonly string[],
): Promise<number> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const expectLast = running.position();
    const commands = plan(running.current());
    if (commands.length === 0) return running.revision();
    try {
      const revision = (await appendConfigChange(bus, { author, commands, expectLast })) ?? running.revision();
      await untilApplied(running, revision);
      return revision;
    } catch (error) {
      if (error instanceof ConflictError) await untilHeard(running, error.actual);
      else throw explained(error);
    }
  }
  throw new ConsoleError('The change was not stored: others change the configuration all the time. Try again.');
}

function explained(error: unknown): unknown {
  // The last: a command that is longer than an event holds; nothing was appended.
  return error instanceof UnavailableError || error instanceof RejectedError || error instanceof RangeError
    ? new ConsoleError(`The change was not stored: ${error.message}`)
    : error;
}

/** A line given in a mode: what it makes of a configuration, or why it cannot be taken. */
export interface LinePlan {
  readonly commands: readonly string[];
  /** Where the next line is given; absent: configuration was left. */
  readonly path?: ModePath;
  readonly refusal?: Refusal;
  /** What phones are to do when the commands run. */
  readonly order?: PhoneOrder;
}

/** What one typed line would do. */
export function planLine(running: Config, path: ModePath, line: string, options: LanguageOptions): LinePlan {
  const { config, results, mode, ended } = applyCommands(running, [line], { ...options, mode: path });
  const [result] = results;
  if (result && !result.ok) return { commands: [], path, refusal: result };
  // A mode that another operator removed is not made again by leaving it.
  const entered = applyCommands(running, [], { ...options, mode: path }).config;
  const changes = diffConfig(entered, config).length > 0;
  const commands = changes ? diffConfig(running, withHashedSecrets(config, running, hashedWithChance)) : [];
  return { commands, ...(!ended && { path: mode }), ...(result?.order && { order: result.order }) };
}
