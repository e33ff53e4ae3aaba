import type { PresenceDebugKind } from '@linewatch/presence';
import type { DebugTap } from './debug-tap';

/** `//PRESENCE:[<subID>]:/<function>: <text>`, the subID 0 where none applies [cme-presence 5.3]. */
export function presenceLine(subId: number, step: string, text: string): string {
  return `//PRESENCE:[${subId}]:/${step}: ${text}`;
}

/**
 * Tells what a step of presence did, to those who debug that kind; who traces hears the step's name.
 * @param texts one line each; made only when somebody wants them
 */
export function tellPresence(
  debug: DebugTap,
  kind: PresenceDebugKind,
  subId: number,
  step: string,
  texts: () => readonly string[],
): void {
  debug.tell({ kind: 'trace' }, () => [presenceLine(subId, step, 'entered')]);
  debug.tell({ kind }, () => texts().map((text) => presenceLine(subId, step, text)));
}
