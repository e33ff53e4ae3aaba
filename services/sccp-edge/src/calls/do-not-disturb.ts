import type { Outbox, Subjects } from '@linewatch/bus';
import { edgeScopedId } from '@linewatch/presence';
import type { RateLimitedLog } from '@linewatch/runtime';
import type { Lines } from '@linewatch/edge';
import type { Phone } from '../stations/phone';

export interface DoNotDisturbPorts {
  readonly edge: { readonly id: string; readonly epoch: number };
  readonly outbox: Pick<Outbox, 'put'>;
  readonly subjects: Pick<Subjects, 'lineFact'>;
  readonly lines: Pick<Lines, 'get'>;
  readonly floodLog: Pick<RateLimitedLog, 'warn'>;
}

/** Do-not-disturb of SCCP phones, as facts of every line of the phone; what watchers see of it is the fold's matter [cme-presence 3.5]. */
export class DoNotDisturb {
  private said = 0;

  constructor(private readonly ports: DoNotDisturbPorts) {}

  /** The phone's user turned it on or off: the soft key is for all of its numbers. */
  set({ device, numbers }: Pick<Phone, 'device' | 'numbers'>, isOn: boolean): void {
    const { edge, outbox, subjects, floodLog } = this.ports;
    for (const line of numbers) {
      const stored = outbox.put({
        subject: subjects.lineFact(line, 'feature'),
        event: { type: 'linewatch.line.feature', data: { device, dnd: isOn } },
        id: `${edgeScopedId(edge.id, edge.epoch, (this.said += 1))}:feature`,
        about: line,
        epoch: edge.epoch,
        key: device,
      });
      stored.catch((err: unknown) => floodLog.warn('dnd', 'do-not-disturb was not stored', { line, device, err }));
    }
  }

  /** Whether it is on, as the lines know it: it outlives a restart of the phone and of this edge. */
  isOn({ device, numbers }: Pick<Phone, 'device' | 'numbers'>): boolean {
    return numbers.some((line) => this.ports.lines.get(line)?.state.fold.dnd[device]?.on === true);
  }
}
