import { type BusEvent, type BusStatus, type Heard, type Stored, UnavailableError, makeSubjects } from '@linewatch/bus';

/** As much of a bus as edges need, in memory: one stream (EDGES) and core messages, with a switch for the connection. */
export class FakeBus {
  readonly subjects = makeSubjects();
  readonly stream: Stored[] = [];
  readonly said: string[] = [];
  connected = true;
  private readonly followers = new Set<(stored: Stored) => void>();
  private readonly listeners = new Set<{ pattern: RegExp; handler: (heard: Heard) => void }>();
  private readonly statusListeners = new Set<(status: BusStatus) => void>();

  async append(subject: string, event: BusEvent): Promise<{ seq: number; duplicate: boolean }> {
    if (!this.connected) throw new UnavailableError('away');
    const streamSeq = this.stream.length + 1;
    const stored = { address: subject, event, streamSeq, storedAt: streamSeq * 1000 } as Stored;
    this.stream.push(stored);
    for (const follower of this.followers) follower(stored);
    return { seq: stored.streamSeq, duplicate: false };
  }

  async last(subject: string): Promise<Stored | undefined> {
    if (!this.connected) throw new UnavailableError('away');
    return this.stream.filter((stored) => stored.address === subject).at(-1);
  }

  async follow(_stream: string, _options: object, onEvent: (stored: Stored) => void) {
    const lasts = new Map(this.stream.map((stored) => [stored.address, stored]));
    for (const stored of [...lasts.values()].sort((a, b) => a.streamSeq - b.streamSeq)) onEvent(stored);
    this.followers.add(onEvent);
    const position = (): number => this.stream.length;
    return { caughtUp: Promise.resolve(), position, stop: () => void this.followers.delete(onEvent) };
  }

  publish(subject: string, event: BusEvent): boolean {
    if (!this.connected) return false;
    this.said.push(subject);
    const heard = { address: subject, event } as Heard;
    for (const { pattern, handler } of this.listeners) if (pattern.test(subject)) handler(heard);
    return true;
  }

  async listen(subject: string, handler: (heard: Heard) => void) {
    const pattern = new RegExp(`^${subject.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`);
    const listener = { pattern, handler };
    this.listeners.add(listener);
    return { stop: async () => void this.listeners.delete(listener) };
  }

  status(): BusStatus {
    return { connected: this.connected, server: 'fake', reconnects: 0 };
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  /** Loses or finds the connection. */
  connect(connected: boolean): void {
    this.connected = connected;
    for (const listener of this.statusListeners) listener(this.status());
  }
}
