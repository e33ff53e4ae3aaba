import type { SessionDescription } from '@linewatch/call';
import type { Directory, EdgeCalls, Lines, Turns } from '@linewatch/edge';
import type { LabelledCounter, TimerWheel } from '@linewatch/runtime';
import type { MediaDescription } from '@linewatch/sccp';
import type { Phone } from '../stations/phone';
import type { ForwardingLine } from './call-forwarding';
import type { SccpLeg } from './sccp-leg';
import type { SccpLegs } from './sccp-legs';

/** What the calls of a phone need of the world. */
export interface PhoneCallsPorts {
  readonly edge: { readonly id: string };
  /** The calls of this edge, which are made after the phones' own. */
  readonly edgeCalls: () => Pick<EdgeCalls<SccpLeg, SccpLegs>, 'legs' | 'newId' | 'hasRoom' | 'start' | 'pickUp'>;
  readonly turns: Turns;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly directory: Pick<Directory, 'current'>;
  readonly lines: Pick<Lines, 'get'>;
  readonly mediaOf: (session: SessionDescription) => MediaDescription;
  /** Do-not-disturb of a phone was turned on or off. */
  readonly disturb: (phone: Phone, isOn: boolean) => void;
  /** A line's calls are to go there, or to ring here again. @returns whether that is stored */
  readonly forward: (line: ForwardingLine, number: string | undefined) => Promise<boolean>;
  /** Keys that were pressed and do nothing yet, by feature. */
  readonly unknownFeatures: LabelledCounter;
}
