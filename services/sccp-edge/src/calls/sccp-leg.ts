import type { LineLeg } from '@linewatch/edge';
import type { PhoneCalls } from './phone-calls';
import type { SessionWriter } from './sessions';

/** A leg to an SCCP phone: one of its calls. It ends with the phone's connection, so that nothing of it outlives a restart. */
export interface SccpLeg extends LineLeg {
  readonly phone: PhoneCalls;
  /** The call as the phone knows it. */
  readonly reference: number;
  readonly sessions: SessionWriter;
}
