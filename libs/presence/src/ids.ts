/**
 * The names that linewatch uses for the things it talks about. All are plain strings, normalised once where they enter.
 */

/** A directory number as configured: the presentity. May hold `.` wildcards (`20..`) and a leading `+`. */
export type LineNumber = string;

/** A phone: `pool:<tag>` for a voice register pool, `ephone:<tag>` for an ephone. */
export type DeviceName = string;

/** One directory number entry that carries a line: `voice-register-dn:<tag>` or `ephone-dn:<tag>`. */
export type InstanceId = string;

/** A copy of an edge service, stable across its restarts: `sip-edge-1`. */
export type EdgeId = string;

/** One leg of one call, unique for ever: made from edge, epoch and a counter. */
export type LegId = string;

/** One call: all its legs share it. */
export type CallId = string;

/** One subscription: a function of Call-ID, From tag and Event, so that a repeated request finds its own record. */
export type SubscriptionId = string;

/** The id of a leg or call made by an edge: never repeats, as the epoch comes from a stream sequence [design law 1]. */
export function edgeScopedId(edge: EdgeId, epoch: number, counter: number): string {
  return `${edge}.${epoch}.${counter}`;
}
