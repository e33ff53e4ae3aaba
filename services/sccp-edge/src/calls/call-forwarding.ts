import { type Bus, ConflictError } from '@linewatch/bus';
import { applyCommands, diffConfig, type Config } from '@linewatch/config';
import type { DeviceName, InstanceId, LineNumber } from '@linewatch/presence';
import { appendConfigChange, type RateLimitedLog, type RunningConfig, type TimerWheel } from '@linewatch/runtime';

export interface CallForwardingPorts {
  readonly bus: Pick<Bus, 'append' | 'subjects'>;
  readonly config: Pick<RunningConfig, 'current' | 'position'>;
  readonly wheel: Pick<TimerWheel, 'set'>;
  readonly floodLog: Pick<RateLimitedLog, 'warn'>;
}

/** A line of a phone that says where its calls go. */
export interface ForwardingLine {
  readonly device: DeviceName;
  readonly number: LineNumber;
  readonly instance: InstanceId;
}

/** How often somebody else may change the configuration first. */
const MOST_TRIES = 20;
const LOOK_AGAIN_MS = 20;
const MOST_LOOKS = 100;

/**
 * CFwdALL as CME keeps it: `call-forward all` of the ephone-dn, changed by the phone. It is a change of the running
 * configuration like an operator's, so that it is durable, every edge goes by it, and `show running-config` tells it.
 */
export class CallForwarding {
  constructor(private readonly ports: CallForwardingPorts) {}

  /** @returns whether it is stored; what is in force comes back as a change of the configuration */
  async set(line: ForwardingLine, target: string | undefined): Promise<boolean> {
    const { bus, config, floodLog } = this.ports;
    try {
      for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
        const commands = commandsFor(config.current(), line, target);
        if (!commands) return false;
        if (commands.length === 0) return true;
        const expectLast = config.position();
        const stored = await appendConfigChange(bus, { author: line.device, commands, expectLast }).catch(
          (error: unknown) => error,
        );
        if (!(stored instanceof Error)) return true;
        if (!(stored instanceof ConflictError)) throw stored;
        await this.heard(stored.actual);
      }
    } catch (err) {
      floodLog.warn('forward', 'where a phone forwards its calls was not stored', { ...line, err });
    }
    return false;
  }

  /** Waits a while for the changes of others. */
  private async heard(position: number): Promise<void> {
    const { config, wheel } = this.ports;
    for (let looks = 0; config.position() < position && looks < MOST_LOOKS; looks += 1) {
      await new Promise<void>((resolve) => void wheel.set(LOOK_AGAIN_MS, resolve));
    }
  }
}

/** The change of the configuration; undefined when there is no such line, or its number cannot be dialled. */
function commandsFor(
  config: Config,
  { number, instance }: ForwardingLine,
  target: string | undefined,
): readonly string[] | undefined {
  const tag = Number(instance.slice(instance.indexOf(':') + 1));
  if (config.ephoneDns[tag]?.number !== number) return undefined;
  const forward = target === undefined ? ' no call-forward all' : ` call-forward all ${target}`;
  const { config: next, results } = applyCommands(config, [`ephone-dn ${tag}`, forward]);
  return results.every(({ ok }) => ok) ? diffConfig(config, next) : undefined;
}
