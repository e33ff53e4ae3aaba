import type { Lamp } from '@linewatch/kit';
import type { Capture } from './capture';
import { type CapturedMessage, first } from './pdml';

/** What captured messages say of lamps. Only tshark's decoding is used, no code of linewatch. */

/** One NOTIFY of a subscription. */
export interface LampNotify {
  readonly frame: number;
  readonly lamp: Lamp | 'unreadable';
  /** As sent: `active;expires=3600`. */
  readonly subscriptionState: string;
}

/**
 * The Call-ID of the first subscription of one line to another, once its first NOTIFY is seen.
 * @throws Error at the deadline, with what was seen
 */
export async function subscriptionOf(
  capture: Pick<Capture, 'untilSeen'>,
  { watcher, watched }: { watcher: string; watched: string },
): Promise<string> {
  const { callId } = await capture.untilSeen(
    `a SUBSCRIBE of ${watcher} for ${watched}`,
    ({ method, fields }) =>
      method === 'SUBSCRIBE' && first(fields, 'sip.from.user') === watcher && first(fields, 'sip.to.user') === watched,
  );
  await capture.untilSeen('its NOTIFY', ({ method, callId: id }) => method === 'NOTIFY' && id === callId);
  return callId;
}

/** The NOTIFYs of a subscription in the order on the wire, retransmissions left out. */
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

/** One dialog-info document, as far as tests look at it [RFC4235 4.1]. */
export interface DialogsNotify {
  readonly version: number;
  readonly state: string;
  /** Of all dialogs in it. */
  readonly states: readonly string[];
  /** Whether the watched line holds one of them. */
  readonly isHeld: boolean;
}

/** The documents of active NOTIFYs of the package `dialog`, in order. */
export function dialogsOf(messages: readonly CapturedMessage[], callId: string): DialogsNotify[] {
  const frames = new Set(notifiesOf(messages, callId).map(({ frame }) => frame));
  return messages
    .filter(({ frame, method, callId: id }) => method === 'NOTIFY' && id === callId && frames.has(frame))
    .map(({ fields }) => {
      const attributes = fields.get('xml.attribute') ?? [];
      const attribute = (name: string) =>
        attributes.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 2, -1) ?? '';
      return {
        version: Number(attribute('version')),
        state: attribute('state'),
        states: (fields.get('xml.cdata') ?? []).filter((text) => DIALOG_STATES.includes(text)),
        isHeld: attributes.includes('pname="+sip.rendering"') && attributes.includes('pvalue="no"'),
      };
    });
}

const DIALOG_STATES = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'];

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
