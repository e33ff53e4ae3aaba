import type { RegistrationFact, RememberedRefusal } from '@linewatch/presence';
import { momentText } from '../lines/past-time';
import { deviceText } from '../lines/sentences';
import { by } from './rules-links';
import type { EndedSubscription, ExplainFacts, WatcherPhone } from './facts';
import { broken, type Fault, holds, lasting, type Link } from './link';

/** Why there is no subscription: the watcher's phone, what edges refused, how the last one ended. */

/** What is known of the watcher's phones. */
export function watcherLinks({ watcher, line, subscriptions }: ExplainFacts): Link[] {
  const { phones, text } = watcher;
  if (phones.length === 0) return [holds('watcher', `${text} is no phone of this system`)];
  const isWatching = (phone: WatcherPhone): boolean =>
    subscriptions.some(({ record }) => record.watcher.device === phone.device);
  return phones.flatMap((phone) => [
    phoneLink(phone, isWatching(phone)),
    keyLink(phone, line.number, isWatching(phone)),
  ]);
}

const LEFT: Readonly<Record<RegistrationFact['cause'], string>> = {
  registered: 'lost its registration after it registered',
  refreshed: 'lost its registration after it registered',
  unregistered: 'unregistered',
  expired: 'did not register again in time: its registration expired',
  'connection-lost': 'lost its connection',
};

function phoneLink({ device, name, registered, last }: WatcherPhone, isWatching: boolean): Link {
  const phone = `${deviceText(device)}${name === undefined ? '' : ` (${name})`}`;
  if (registered)
    return holds(
      'watcher',
      `${phone} is registered at ${registered.edge} (${registered.at}) until ${momentText(registered.expiresAt)}`,
    );
  const what = last ? `${LEFT[last.cause]} at ${momentText(last.at)}` : 'is not registered, as far as anything is kept';
  if (isWatching) return holds('watcher', `${phone} ${what}`);
  return broken(
    'watcher',
    'watcher-unregistered',
    `${phone}, the watcher, ${what}`,
    'see why the phone does not register: its power, its network, its configuration file, its password',
  );
}

function keyLink({ device, kind, key }: WatcherPhone, number: string, isWatching: boolean): Link {
  const phone = deviceText(device);
  if (key.kind === 'shown') return holds('watcher', `${phone} has a key for ${number}: blf-speed-dial ${key.tag}`);
  if (isWatching || kind === 'sip')
    // A SIP phone asks for what its own file says, which need not be ours.
    return holds('watcher', `${phone} has no key for ${number} in the configuration`);
  return key.kind === 'hidden'
    ? broken(
        'watcher',
        'key-hidden',
        `blf-speed-dial ${key.tag} of ${phone} is behind its last key, and is not shown`,
        'use a lower tag, remove other keys, or give the type of its expansion module',
      )
    : broken(
        'watcher',
        'no-key',
        `${phone} has no key for ${number}`,
        `configure "blf-speed-dial <tag> ${number} label <text>" in ${phone}; for a call list nothing is held between two looks at it`,
      );
}

/**
 * Why the watcher has no subscription: the newest of what edges refused and what ended, else that nobody ever asked.
 * What stands in the way now is said by other links.
 */
export function absenceLink(facts: ExplainFacts): Link {
  const { refusals, ended, line, watcher } = facts;
  const [refusal] = refusals;
  if (refusal && (!ended || refusal.at > ended.at)) return refusalLink(refusal, facts);
  if (ended) return endedLink(ended, facts);
  const phone = watcher.phones[0];
  return broken(
    'subscription',
    'never-subscribed',
    `${watcher.text} never asked for ${line.number}, as far as anything is kept (24 hours)`,
    phone?.kind === 'sip'
      ? `give the phone a key ("blf-speed-dial <tag> ${line.number} label <text>" in ${deviceText(phone.device)}), "create profile", and restart it`
      : 'see whether the number of the key is the one that was asked about',
  );
}

function refusalLink(refusal: RememberedRefusal, facts: ExplainFacts): Link {
  const { at, status, from, againAt } = refusal;
  const heard = status === undefined ? '' : ` with ${status}`;
  const again = againAt === undefined ? '' : `; it is asked again at ${momentText(againAt)}`;
  const { text, ...fault } = reasonOf(refusal, facts);
  const source = from === undefined ? '' : `, from ${from},`;
  return {
    step: 'subscription',
    text: `the request at ${momentText(at)}${source} was refused${heard}: ${text}${again}`,
    fault,
  };
}

const GAVE_UP = 'then restart the phone: it does not ask again by itself';

function reasonOf({ why, status, asked }: RememberedRefusal, facts: ExplainFacts): Fault & { readonly text: string } {
  const { rules, total, watcher } = facts;
  switch (why) {
    case 'presence-disabled':
      return { cause: 'refused', text: 'the presence service was off then', todo: `see what it is now; ${GAVE_UP}` };
    case 'external-watcher-refused':
      return watcher.phones.length > 0
        ? {
            cause: 'not-the-phone',
            text: 'it did not come from where the phone is registered, so it counts as a stranger\'s, and "watcher all" is not given',
            todo: 'have the phone register and subscribe from one address and port (NAT, outbound proxy, a second account)',
          }
        : {
            cause: 'watcher-all-off',
            text: '"watcher all" was not given',
            todo: 'configure "watcher all" in "presence"',
          };
    case 'limit-reached':
      return {
        cause: 'limit-reached',
        text: `there were as many subscriptions as "max-subscription" allows (now ${total} of ${rules.maxSubscription})`,
        todo: `configure a higher "max-subscription" in "presence"; ${GAVE_UP}`,
      };
    case 'could-not-ask':
      return {
        cause: 'could-not-ask',
        text: 'nobody could be asked whether it may watch, for 20 seconds',
        todo: `see whether subscription-authorization, NATS and Redis run: "show processes"; ${GAVE_UP}`,
      };
    case 'external-line-refused':
      return { cause: 'allow-subscribe-off', text: 'it is no line here, and "allow subscribe" was not given', todo: `configure "allow subscribe" in "presence"; ${GAVE_UP}` }; // prettier-ignore
    case 'no-server':
      return { cause: 'no-server', text: 'it is no line here, and there was no "server" to ask', todo: `configure "server <address>" in "presence"; ${GAVE_UP}` }; // prettier-ignore
    case 'never-chained':
      return { cause: 'never-chained', text: 'neither the watcher nor the number is of this system', todo: 'watch the number at the system that has it' }; // prettier-ignore
    case 'no-call-list':
      return { cause: 'no-call-list', text: 'call lists of this phone show no status', todo: 'configure "presence call-list" in "presence", or in the ephone' }; // prettier-ignore
    default:
      return statusReason(status, why, asked ?? 'nothing');
  }
}

/** What was wrong with the request itself. */
function statusReason(status: number | undefined, why: string, asked: string): Fault & { readonly text: string } {
  switch (status) {
    case 401:
      return {
        cause: 'not-authenticated',
        text: 'the watcher has not proved who it is ("authenticate presence")',
        todo: 'give the watcher a user and password of the credential file',
      };
    case 406:
      return {
        cause: 'wrong-accept',
        text: `it wants a document that there is none of (${asked})`,
        todo: 'set the client to application/pidf+xml, or to dialog-info for the event "dialog"',
      };
    case 423:
      return {
        cause: 'too-brief',
        text: `it asked for less than 60 seconds (${asked})`,
        todo: 'set the client to an expiry of 60 seconds or more',
      };
    case 489:
      return {
        cause: 'wrong-event',
        text: `it asked for an event that is not served, or at a time when presence was off (${asked})`,
        todo: `set the client to the event "presence" or "dialog"; ${GAVE_UP}`,
      };
    default:
      return {
        cause: 'refused',
        text: why,
        todo: 'see the log of the edge ("a SUBSCRIBE was refused"), and the request of the phone',
      };
  }
}

/** How the last subscription ended. */
function endedLink(
  { subId, record, at, reason, failure }: EndedSubscription,
  { now, changes, watcher }: ExplainFacts,
): Link {
  const when = `SubID ${subId} ended at ${momentText(at)}, ${lasting(now - at)} ago`;
  const isKey = watcher.phones.some(({ kind }) => kind === 'sccp');
  const link = (cause: Fault['cause'], text: string, todo: string): Link =>
    broken('subscription', cause, `${when}: ${text}`, todo);
  switch (reason) {
    case 'notify-failed': {
      const heard = failure ? `CSeq ${failure.cseq} with ${failure.status}` : 'the NOTIFY';
      return failure?.status === 481 || !failure
        ? link('ended-gone', `the phone answered ${heard}${failure ? '' : ' with 481 or another refusal'}: it knew nothing of it any more`, 'the phone has to subscribe again; restart it where it does not')
        : link('ended-refused', `the phone refused NOTIFY ${heard}`, 'see why the phone refuses; restart it so that it subscribes again');
    } // prettier-ignore
    case 'notify-timeout':
      return link('ended-silent', `the phone did not answer NOTIFY${failure ? ` CSeq ${failure.cseq}` : ''} for 32 seconds`, 'see whether the phone was there and its network let NOTIFYs through (NAT, firewall); restart it so that it subscribes again'); // prettier-ignore
    case 'timeout':
      return link('ended-expired', `the phone did not refresh it before ${momentText(record.expiresAt)}`, 'see whether the phone was off or cut off then; restart it so that it subscribes again'); // prettier-ignore
    case 'unsubscribed':
    case 'fetched':
      return link('ended-by-watcher', reason === 'fetched' ? 'the watcher wanted to see it once' : 'the watcher ended it', 'have the watcher subscribe again'); // prettier-ignore
    case 'rejected':
      return link('ended-by-rules', `the configuration did not allow it any more${by(changes?.presence ?? changes?.presenceEnable)}`, 'the phone gives up when it hears that: restart it so that it subscribes again'); // prettier-ignore
    case 'unregistered':
      return link('ended-unregistered', 'the watcher\'s phone unregistered, or its registration expired', isKey ? 'the key is watched again when the phone registers' : 'the phone subscribes again when it registers'); // prettier-ignore
    case 'deactivated':
    case 'probation':
    case 'giveup':
    case 'noresource':
      return link('ended-with-edge', `its edge ${record.owner} ended it (${reason})`, 'the phone subscribes again at once; restart it where it does not'); // prettier-ignore
    default:
      return reason satisfies never;
  }
}
