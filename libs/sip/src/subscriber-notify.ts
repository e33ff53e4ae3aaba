import { checkRemoteCSeq, dialogKey, dialogKeyOf, dialogOfNotify, type DialogState, receivedInDialog } from './dialog';
import { EVENT_PACKAGES } from './event-package';
import { callIdOf, parseEvent, toTag } from './headers';
import { header, type HeaderField, type SipRequest } from './message';
import type {
  SubscriberEffect,
  SubscriberEnd,
  SubscriberState,
  SubscriberStep,
  SubscriberTarget,
} from './subscriber-state';
import { andThen, hold, over } from './subscriber-steps';
import { subscriptionStateOf } from './subscription-state';

/** A NOTIFY of this subscription, or one that looks like it: nothing is taken from what nobody asked for [SB-37]. */
export function notified(state: SubscriberState, notify: SipRequest, now: number): SubscriberStep {
  const dialog = dialogFor(state, notify);
  if (state.status === 'ended' || !dialog || eventOf(notify) !== state.target.package) return answer(state, 481);
  if (checkRemoteCSeq(dialog, notify) === 'stale') return answer(state, 500);
  const said = subscriptionStateOf(notify);
  if (!said) return answer(state, 400);
  const { contentType } = EVENT_PACKAGES[state.target.package];
  const type = header(notify, 'Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (notify.body.length > 0 && type !== contentType)
    return answer(state, 415, [{ name: 'Accept', value: contentType }]);
  const known: SubscriberState = {
    ...state,
    status: state.status === 'ending' ? 'ending' : 'active',
    dialog: receivedInDialog(dialog, notify),
    notified: true,
  };
  if (said.name === 'terminated') {
    const { reason, retryAfter } = said;
    const why = { ...(reason !== undefined && { reason }), ...(retryAfter !== undefined && { retryAfter }) };
    const end: SubscriberEnd = state.status === 'ending' ? { kind: 'unsubscribed' } : { kind: 'terminated', ...why };
    return andThen(over(known, end), [{ type: 'answer', status: 200 }], 'before');
  }
  const told: SubscriberEffect[] = [
    { type: 'answer', status: 200 },
    ...(state.notified ? [] : [{ type: 'stopTimer', name: 'N' } as const]),
    { type: 'notified', pending: said.name === 'pending', body: notify.body },
  ];
  if (state.status === 'ending') return { state: known, effects: [{ type: 'answer', status: 200 }] };
  // Before the 2xx only this says for how long it is granted; later the shorter word counts [RFC6665 4.1.3].
  const granted = Math.min(said.expires ?? Number.POSITIVE_INFINITY, state.expires) * 1_000;
  const isNew =
    state.expiresAt === undefined || (said.expires !== undefined && now + granted < state.expiresAt - 1_000);
  return isNew ? andThen(hold(known, now + granted, now), told, 'before') : { state: known, effects: told };
}

/** The dialog that a NOTIFY belongs to: that of the subscription, or the one that it makes [SB-36]. */
function dialogFor(state: SubscriberState, notify: SipRequest): DialogState | undefined {
  const { dialog, first } = state;
  if (!dialog) return dialogOfNotify(first, notify);
  const { callId, localTag, remoteTag } = dialog;
  return dialogKeyOf(notify) === dialogKey(callId, localTag, remoteTag) ? dialog : undefined;
}

function eventOf(notify: SipRequest): string | undefined {
  const event = parseEvent(header(notify, 'Event') ?? '');
  return event?.id === undefined ? event?.package : undefined;
}

/** Whether a NOTIFY is one for this subscription to judge: it has its Call-ID and its tag. */
export function subscriberKeyOf(notify: SipRequest): string | undefined {
  const [callId, tag] = [callIdOf(notify), toTag(notify)];
  return callId === undefined || tag === undefined ? undefined : `${callId}\n${tag}`;
}

/** The key under which `subscriberKeyOf` finds a subscription. */
export function subscriberKey({ callId, localTag }: Pick<SubscriberTarget, 'callId' | 'localTag'>): string {
  return `${callId}\n${localTag}`;
}

function answer(state: SubscriberState, status: number, headers?: readonly HeaderField[]): SubscriberStep {
  return { state, effects: [{ type: 'answer', status, ...(headers && { headers }) }] };
}
