import type { HeldSubscription, LastWord } from '@linewatch/presence';
import { momentText } from '../lines/past-time';
import type { AskedEdge, ExplainFacts, KnownSubscription } from './facts';
import { broken, holds, lasting, type Link } from './link';

/** A subscription that there is: who owns it, and what its watcher was told last. */

/** A NOTIFY that is not answered for so long is repeated: the phone or its network is slow, or away. */
const SLOW_ANSWER_MS = 1_000;
/** A phone that does not answer is given up after 64*T1 [RFC3261 17.1.2.2]. */
const GIVEN_UP_MS = 32_000;
/** The sweep ends what its owner did not end so long after its time. */
const SWEPT_MS = 90_000;

export function subscriptionLinks(known: KnownSubscription, facts: ExplainFacts): Link[] {
  const { record, subId, held, owner } = known;
  const { now } = facts;
  const { watcher, granted, expiresAt, deviceBased } = record;
  const left = expiresAt - now;
  const key = deviceBased ? ', for a key that shows a phone (device)' : '';
  const what = `SubID ${subId} of ${watcher.number}@${watcher.host} (${watcher.phoneType}), event ${record.package}${key}, ${granted} s`;
  const links = [
    left < -SWEPT_MS
      ? broken(
          'subscription',
          'expired-not-ended',
          `${what}, expired at ${momentText(expiresAt)}, and nobody ended it`,
          'see whether subscription-authorization runs: "show processes"',
        )
      : holds('subscription', `${what} from its last refresh, until ${momentText(expiresAt)} (${lasting(left)})`),
    ownerLink(owner, held, facts),
  ];
  return held && owner.reply ? [...links, ...notifyLinks(held, facts)] : links;
}

function ownerLink(
  { edge, reply, lostSince }: AskedEdge,
  held: HeldSubscription | undefined,
  { line }: ExplainFacts,
): Link {
  if (!reply) {
    const since = lostSince === undefined ? '' : `, and was heard of last at ${momentText(lostSince)}`;
    return broken(
      'subscription',
      'owner-gone',
      `its owner ${edge} does not answer${since}: its watchers are told nothing`,
      `start ${edge} again: it takes up its subscriptions; phones connected by TCP go to another edge`,
    );
  }
  if (!held)
    return broken(
      'subscription',
      'not-held',
      `its owner ${edge} does not know of it`,
      'the phone hears 481 at its next refresh and subscribes again; restart it to have that now',
    );
  if (!reply.speaks)
    return broken(
      'subscription',
      'owner-silent',
      `its owner ${edge} lives, but could not tell the others so, and says nothing until it can`,
      'see whether NATS is reachable from there: "show processes"',
    );
  const version = line.published?.version ?? 0;
  if (reply.version < version)
    return broken(
      'subscription',
      'edge-behind',
      `its owner ${edge} knows version ${reply.version} of the line, and ${version} is published`,
      'it catches up by itself within seconds; see whether it is overloaded: "show processes"',
    );
  return holds('subscription', `its owner ${edge} lives, in epoch ${reply.epoch}`);
}

function notifyLinks(held: HeldSubscription, { now }: ExplainFacts): Link[] {
  const { last, inFlight, retryAt, due, waiting, reachedAt, record } = held;
  if (!last)
    return [
      broken(
        'notification',
        'not-told',
        `nothing was sent to it yet; ${due} is to be told`,
        'it is sent within moments; see whether the edge is overloaded: "show processes"',
      ),
    ];
  const next = nextLink(held, now);
  const said = `${wordText(last)}${last.lamp === undefined ? '' : ` said ${last.lamp}`} at ${momentText(last.at)} to ${reachedAt}`;
  if (retryAt !== undefined)
    return [
      broken(
        'notification',
        'asked-to-wait',
        `${said}; the phone answered ${last.answer?.status ?? 'that it wants to wait'}, to be told again at ${momentText(retryAt)}`,
        'see why the phone is busy',
      ),
      next,
    ];
  if (inFlight) {
    const age = now - last.at;
    if (age < SLOW_ANSWER_MS) return [holds('notification', `${said}; its answer is on the way`), next];
    return [
      broken(
        'notification',
        'no-answer',
        `${said}; the phone has not answered for ${lasting(age)} (after ${lasting(GIVEN_UP_MS)} the subscription ends)${waiting === undefined ? '' : `, and ${waiting} waits behind it`}`,
        `see whether the phone is there at ${reachedAt}, and its network lets NOTIFYs through (NAT, firewall)`,
      ),
      next,
    ];
  }
  const answered = last.answer
    ? `; the phone answered ${last.answer.status} after ${Math.max(0, last.answer.at - last.at)} ms`
    : '';
  if (last.lamp !== undefined && last.lamp !== due && !isSameLight(last.lamp, due))
    return [
      broken(
        'notification',
        'not-told',
        `${said}${answered}; ${due} is not told yet${waiting === undefined ? '' : ': it waits in a queue'}`,
        'it is sent within moments, or by the audit within 10 seconds; see whether the edge is overloaded: "show processes"',
      ),
      next,
    ];
  return [holds('notification', `${said}${answered}`), next];
  function wordText({ message, number }: LastWord): string {
    return message === 'NOTIFY' ? `NOTIFY CSeq ${number}` : `${message} (the ${number}. to ${record.watcher.number})`;
  }
}

/** An SCCP phone shows do-not-disturb alike on an idle line and on one in use. */
function isSameLight(lamp: string, due: string): boolean {
  return lamp === 'dnd' && due === 'dnd';
}

function nextLink({ record }: HeldSubscription, now: number): Link {
  const { expiresAt, watcher } = record;
  return watcher.phoneType === 'SIP Phone'
    ? holds(
        'notification',
        `next, the phone has to refresh by ${momentText(expiresAt)} (in ${lasting(expiresAt - now)})`,
      )
    : holds('notification', `next, the edge renews it by ${momentText(expiresAt)}, while the phone stays connected`);
}
