import { parseDeltaSeconds } from './headers';
import { isToken, parseParams } from './lexical';
import { header, type SipMessage } from './message';

/** Subscription-State of a NOTIFY that came in [RFC6665 8.2.3]; times in seconds. */
export interface ReceivedState {
  readonly name: 'active' | 'pending' | 'terminated';
  readonly expires?: number;
  readonly reason?: string;
  readonly retryAfter?: number;
}

/**
 * What a NOTIFY says of its subscription. A state that is not known counts as pending: there is a subscription, and
 * nothing is known.
 * @returns undefined when there is no such header, or an unreadable one
 */
export function subscriptionStateOf(notify: SipMessage): ReceivedState | undefined {
  const text = header(notify, 'Subscription-State');
  if (text === undefined) return undefined;
  const semicolon = text.indexOf(';');
  const word = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const params = semicolon === -1 ? new Map<string, string | true>() : parseParams(text.slice(semicolon));
  if (!isToken(word) || params === undefined) return undefined;
  const seconds = (name: string): number | undefined => {
    const value = params.get(name);
    return typeof value === 'string' ? parseDeltaSeconds(value) : undefined;
  };
  const [expires, retryAfter, reason] = [seconds('expires'), seconds('retry-after'), params.get('reason')];
  return {
    name: word === 'active' || word === 'terminated' ? word : 'pending',
    ...(expires !== undefined && { expires }),
    ...(typeof reason === 'string' && { reason: reason.toLowerCase().slice(0, 64) }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** Retry-After in seconds; a comment or parameters may follow them [RFC3261 20.33]. */
export function retryAfterOf(message: SipMessage): number | undefined {
  const text = header(message, 'Retry-After');
  return text === undefined ? undefined : parseDeltaSeconds(/^\s*(\d+)/.exec(text)?.[1] ?? '');
}
