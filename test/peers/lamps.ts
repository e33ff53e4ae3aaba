import type { Lamp } from '@linewatch/kit';
import { type CapturedMessage, first } from './pdml';

/** What captured messages say of lamps. Only tshark's decoding is used, no code of linewatch. */

/** One NOTIFY of a subscription. */
export interface LampNotify {
  readonly frame: number;
  readonly lamp: Lamp | 'unreadable';
  /** As sent: `active;expires=3600`. */
  readonly subscriptionState: string;
}

/** The dialog of the first SUBSCRIBE that one line sent for another. @throws Error when there is none */
export function subscriptionOf(
  messages: readonly CapturedMessage[],
  { watcher, watched }: { watcher: string; watched: string },
): string {
  const subscribe = messages.find(
    ({ method, fields }) =>
      method === 'SUBSCRIBE' && first(fields, 'sip.from.user') === watcher && first(fields, 'sip.to.user') === watched,
  );
  if (!subscribe) throw new Error(`${watcher} sent no SUBSCRIBE for ${watched}`);
  return subscribe.callId;
}

/** Its NOTIFYs in the order on the wire, retransmissions left out. */
export function notifiesOf(messages: readonly CapturedMessage[], callId: string): LampNotify[] {
  const seen = new Set<number>();
  return messages.flatMap((message) => {
    const { method, frame, cseq, fields } = message;
    if (method !== 'NOTIFY' || message.callId !== callId || seen.has(cseq)) return [];
    seen.add(cseq);
    const subscriptionState = first(fields, 'sip.Subscription-State') ?? '';
    return [{ frame, lamp: lampIn(message), subscriptionState }];
  });
}

/** The states of active NOTIFYs, in order. */
export function lampsOf(messages: readonly CapturedMessage[], callId: string): LampNotify['lamp'][] {
  return notifiesOf(messages, callId)
    .filter(({ subscriptionState }) => subscriptionState.startsWith('active'))
    .map(({ lamp }) => lamp);
}

/** Every NOTIFY was answered with 200. */
export function allAnswered(messages: readonly CapturedMessage[], callId: string): boolean {
  const of = (wanted: (message: CapturedMessage) => boolean) =>
    new Set(messages.filter((message) => message.callId === callId && wanted(message)).map(({ cseq }) => cseq));
  const sent = of(({ method }) => method === 'NOTIFY');
  const answered = of(({ status, cseqMethod }) => status === 200 && cseqMethod === 'NOTIFY');
  return [...sent].every((cseq) => answered.has(cseq));
}

/** How a Cisco phone reads a PIDF document [cme-presence 4.11]: by element names, prefixes ignored. */
function lampIn({ fields }: CapturedMessage): LampNotify['lamp'] {
  const tags = (fields.get('xml.tag') ?? []).map((tag) => /^<(?:[^\s/>:]+:)?([^\s/>]+)/.exec(tag)?.[1]);
  // Text of elements comes in the order of the elements, and `basic` is the first element with text in our documents.
  const basic = tags.includes('basic') ? first(fields, 'xml.cdata') : undefined;
  if (tags.includes('on-the-phone')) return 'in-use';
  if (basic === 'open') return 'idle';
  return basic === 'closed' ? 'unknown' : 'unreadable';
}
