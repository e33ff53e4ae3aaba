/** What a datagram with a small answer takes of a socket's receive buffer, as Linux counts it, with room to spare. */
const BYTES_AN_ANSWER = 4 * 1024;
const LEAST = 64;
const MOST = 4_096;

/** How many NOTIFYs may be unanswered at once, so that all their answers find room in the socket's receive buffer. */
export function windowOf(receiveBufferBytes: number): number {
  return Math.min(MOST, Math.max(LEAST, Math.floor(receiveBufferBytes / BYTES_AN_ANSWER)));
}

/**
 * Bounds what a fan-out has under way: past saturation an edge gets slower and merges states, rather than lose answers and
 * send everything again. A NOTIFY that was not answered in time gives its place back, so that phones that are gone hold
 * nobody up.
 */
export class SendWindow {
  private inside = 0;

  constructor(
    private readonly size: number,
    /** Told when there is room again. */
    private readonly onRoom: () => void,
  ) {}

  get hasRoom(): boolean {
    return this.inside < this.size;
  }

  /** Takes a place, also when there is none: what must go out goes out. Gives the way to give it back, once. */
  enter(): () => void {
    this.inside += 1;
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.inside -= 1;
      if (this.inside === this.size - 1) this.onRoom();
    };
  }
}
