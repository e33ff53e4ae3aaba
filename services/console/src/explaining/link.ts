/** The steps of the chain from the configuration to the lamp, in their order. */
export const steps = ['configuration', 'policy', 'line', 'watcher', 'subscription', 'notification'] as const;
export type Step = (typeof steps)[number];

/** Why a lamp does not show what its line does, or why the line itself is unknown. Stable: scripts go by them. */
export const causes = [
  // The line and the rules
  'no-such-line',
  'not-watchable',
  'no-phone',
  'presence-off',
  'presence-enable-off',
  'watcher-all-off',
  'allow-subscribe-off',
  'no-server',
  'never-chained',
  // What is known of the line
  'phone-unregistered',
  'registration-lapsed',
  'edge-lost',
  'leg-lapsed',
  'relay-failed',
  'relay-lapsed',
  'not-folded',
  'phone-not-monitored',
  // The watcher
  'watcher-unregistered',
  'no-key',
  'key-hidden',
  'never-subscribed',
  // Requests that were refused, and subscriptions that ended
  'limit-reached',
  'could-not-ask',
  'not-the-phone',
  'wrong-accept',
  'wrong-event',
  'too-brief',
  'not-authenticated',
  'no-call-list',
  'refused',
  'ended-gone',
  'ended-refused',
  'ended-silent',
  'ended-expired',
  'ended-by-watcher',
  'ended-by-rules',
  'ended-with-edge',
  'ended-unregistered',
  // Telling the watcher
  'owner-gone',
  'owner-silent',
  'not-held',
  'edge-behind',
  'no-answer',
  'asked-to-wait',
  'not-told',
  'expired-not-ended',
] as const;
export type Cause = (typeof causes)[number];

/** One step of the chain, as a sentence. */
export interface Link {
  readonly step: Step;
  readonly text: string;
  /** Set where the chain is broken. */
  readonly fault?: Fault;
}

export interface Fault {
  readonly cause: Cause;
  /** What to do about it. */
  readonly todo: string;
}

/** A link that holds. */
export function holds(step: Step, text: string): Link {
  return { step, text };
}

/** A link that is broken. */
export function broken(step: Step, cause: Cause, text: string, todo: string): Link {
  return { step, text, fault: { cause, todo } };
}

/** `42 s`, `3 min 20 s`, `2 h 5 min`. @param ms not negative */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3_600), Math.floor(seconds / 86_400)];
  const pair = (big: number, unit: string, small: number, part: string): string =>
    small > 0 ? `${big} ${unit} ${small} ${part}` : `${big} ${unit}`;
  if (hours === 0) return pair(minutes, 'min', seconds % 60, 's');
  if (days === 0) return pair(hours, 'h', minutes % 60, 'min');
  return pair(days, 'd', hours % 24, 'h');
}
