import { createHash } from 'node:crypto';
import { callIdOf, type Event, fromTag, type SipRequest } from '@linewatch/sip';
import type { SubscriptionId } from '@linewatch/presence';

/**
 * The id and the To tag of the subscription that a SUBSCRIBE outside of a dialog asks for: functions of Call-ID, From tag
 * and Event, so that a repeated request finds its own record on any edge [design 5].
 */
export function subscriptionNames(request: SipRequest, event: Event): { id: SubscriptionId; localTag: string } {
  const subject = JSON.stringify([callIdOf(request), fromTag(request) ?? '', event.package, event.id ?? null]);
  const digest = createHash('sha256').update(subject, 'utf8').digest('hex');
  return { id: digest.slice(0, 32), localTag: digest.slice(32, 52) };
}
