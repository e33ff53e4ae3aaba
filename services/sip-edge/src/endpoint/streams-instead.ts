import type { Flow } from '@linewatch/sip';
import type { Clock } from '@linewatch/runtime';
import type { SipTransport } from '../transport/transport';

/**
 * Octets of the largest request that goes by UDP without asking further, where the path's MTU is not known
 * [RFC3261 18.1.1].
 */
export const UDP_BUDGET = 1_300;
/** A peer that took no connection is asked again after this time. */
const ASK_AGAIN_MS = 3_600_000;
const MOST_PEERS = 65_536;

/**
 * Who takes over TCP what is too large for UDP [SB-106]. A peer of whom nothing is known is asked by a connection beside
 * the request, which goes by UDP meanwhile: a phone without TCP, or behind a filter that answers nothing, waits for
 * nothing, ever.
 */
export class StreamsInstead {
  /** Until when each peer need not be asked again, and whether it takes TCP. */
  private readonly peers = new Map<string, { readonly takes: boolean; readonly until: number }>();

  constructor(
    private readonly tcp: () => Pick<SipTransport, 'local' | 'canReach'> | undefined,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** The flow by TCP to the peer of a UDP flow; undefined when it takes none, or is not known to. */
  of({ remote }: Flow): Flow | undefined {
    const tcp = this.tcp();
    if (!tcp?.canReach) return undefined;
    const key = keyOf(remote);
    const known = this.peers.get(key);
    const stream: Flow = { transport: 'tcp', local: tcp.local, remote };
    if (known && this.clock.monotonic() < known.until) return known.takes ? stream : undefined;
    this.remember(key, false);
    tcp.canReach(stream).then(
      (takes) => this.remember(key, takes),
      () => undefined,
    );
    return undefined;
  }

  /** A connection to that peer was refused or broke. */
  failed({ remote }: Flow): void {
    this.remember(keyOf(remote), false);
  }

  private remember(key: string, takes: boolean): void {
    this.peers.delete(key);
    if (this.peers.size >= MOST_PEERS) this.peers.delete(this.peers.keys().next().value ?? '');
    this.peers.set(key, { takes, until: this.clock.monotonic() + ASK_AGAIN_MS });
  }
}

function keyOf({ host, port }: Flow['remote']): string {
  return `${host}|${port}`;
}
