import { ConflictError, makeSubjects, UnavailableError, type BusEvent, type Stored } from '@linewatch/bus';
import type { Binding, LineNumber, RegistrationFact } from '@linewatch/presence';
import type { BindingTable, DeviceBindings } from '@linewatch/tables';

/** The stream of registration facts and the rows of all lines, in memory, with a switch for the neighbour. */
export class MemoryLines {
  readonly stored: Stored[] = [];
  /** Neither the stream nor the rows answer. */
  isAway = false;
  /** The next append is stored, but its acknowledgement is lost. */
  losesNextAcknowledgement = false;
  private readonly rows = new Map<LineNumber, Map<string, DeviceBindings>>();
  private readonly subjects = makeSubjects('lw');

  readonly bus = {
    subjects: this.subjects,
    append: async (address: string, event: BusEvent, options?: { expectLast?: number }) => {
      this.mustAnswer();
      const last = this.ofSubject(address).at(-1)?.streamSeq ?? 0;
      if (options?.expectLast !== undefined && options.expectLast !== last)
        throw new ConflictError(address, options.expectLast, last);
      const seq = this.stored.length + 1;
      const envelope = { stream: 'LINES', id: `${seq}`, source: '/test', storedAt: 0, time: 0 } as const;
      this.stored.push({ ...envelope, address, streamSeq: seq, event });
      if (this.losesNextAcknowledgement) {
        this.losesNextAcknowledgement = false;
        throw new UnavailableError('no acknowledgement');
      }
      return { seq, duplicate: false };
    },
    next: async (_stream: string, subject: string, from: number) => {
      this.mustAnswer();
      return this.ofSubject(subject).find(({ streamSeq }) => streamSeq >= from);
    },
    ask: async () => ({}),
  };

  readonly table: Pick<BindingTable, 'read' | 'put'> = {
    read: async (line) => {
      this.mustAnswer();
      return Object.fromEntries(this.rows.get(line) ?? []);
    },
    put: async (line, device, seq, bindings) => {
      this.mustAnswer();
      const row = this.rows.get(line) ?? new Map<string, DeviceBindings>();
      this.rows.set(line, row);
      if ((row.get(device)?.seq ?? 0) > seq) return 'stale';
      row.set(device, { seq, bindings });
      return 'ok';
    },
  };

  /** The registration facts of a line, oldest first. */
  facts(line: LineNumber): RegistrationFact[] {
    return this.ofSubject(this.subjects.lineFact(line, 'registration')).flatMap(({ event }) =>
      event.type === 'linewatch.line.registration' ? [event.data] : [],
    );
  }

  /** Another edge registers a phone and has not written the row yet. */
  appendElsewhere(line: LineNumber, device: string, bindings: Binding[]): Promise<unknown> {
    const data = { device, cause: 'registered', bindings } as const;
    return this.bus.append(this.subjects.lineFact(line, 'registration'), { type: 'linewatch.line.registration', data });
  }

  private ofSubject(subject: string): Stored[] {
    return this.stored.filter(({ address }) => address === subject);
  }

  private mustAnswer(): void {
    if (this.isAway) throw new UnavailableError('away');
  }
}
