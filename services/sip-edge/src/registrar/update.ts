import type { Binding, RegistrationFact } from '@linewatch/presence';
import { equalUri, parseUri, type Refusal } from '@linewatch/sip';
import type { Wanted, WantedContact } from './contacts';

/** What a REGISTER makes of a phone's bindings [RFC3261 10.3 step 7]. Pure: it is decided again when another came first. */

/** Contacts that a phone may have for one line. */
export const MAX_BINDINGS = 10;

/** What all bindings of one REGISTER have in common. */
export interface RegistrationOrigin extends Pick<
  Binding,
  'callId' | 'cseq' | 'path' | 'userAgent' | 'edge' | 'epoch' | 'heardOn'
> {
  /** Where requests for this contact go. */
  readonly flowOf: (contact: string) => Binding['flow'];
}

export type Decision =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'change'; readonly fact: Pick<RegistrationFact, 'cause' | 'bindings'>; readonly displaced: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const OUT_OF_ORDER: Refusal = { status: 500, reason: 'CSeq Out Of Order', headers: [] };
const TOO_MANY: Refusal = { status: 403, reason: 'Too Many Contacts', headers: [] };
const UNCHANGED: Decision = { kind: 'unchanged' };

/**
 * All changes or none [SB-84]. A request that is not newer than a binding of its Call-ID changes nothing and fails
 * [SB-82], but the very request that made the bindings, come again, is answered like the first time [design 5].
 */
export function decideRegistration(
  current: readonly Binding[],
  wanted: Wanted,
  origin: RegistrationOrigin,
  now: number,
): Decision {
  const live = current.filter((binding) => binding.expiresAt > now);
  switch (wanted.kind) {
    case 'query':
      return UNCHANGED;
    case 'remove-all':
      if (live.length === 0) return UNCHANGED;
      if (live.some((binding) => isOutOfOrder(binding, origin))) return { kind: 'refused', refusal: OUT_OF_ORDER };
      return { kind: 'change', fact: { cause: 'unregistered', bindings: [] }, displaced: 0 };
    case 'update':
      return update(live, wanted.contacts, origin, now);
    default:
      return wanted satisfies never;
  }
}

function update(
  live: readonly Binding[],
  contacts: readonly WantedContact[],
  origin: RegistrationOrigin,
  now: number,
): Decision {
  if (contacts.every((contact) => isDone(live, contact, origin, now))) return UNCHANGED;
  let next = [...live];
  for (const contact of contacts) {
    const known = live.find((binding) => isSameContact(binding, contact));
    if (known && isOutOfOrder(known, origin)) return { kind: 'refused', refusal: OUT_OF_ORDER };
    next = next.filter((binding) => !isSameContact(binding, contact));
    if (contact.seconds > 0) next.push(bindingOf(contact, origin, now));
  }
  const bindings = withinBound(next, origin.callId);
  if (bindings.length > MAX_BINDINGS) return { kind: 'refused', refusal: TOO_MANY };
  const cause = bindings.length === 0 ? 'unregistered' : live.length === 0 ? 'registered' : 'refreshed';
  return { kind: 'change', fact: { cause, bindings }, displaced: next.length - bindings.length };
}

/** Whether this contact stands as the request wants it: removed, or bound by this very request. */
function isDone(live: readonly Binding[], contact: WantedContact, origin: RegistrationOrigin, now: number): boolean {
  const known = live.find((binding) => isSameContact(binding, contact));
  if (contact.seconds === 0 || !known) return contact.seconds === 0 && !known;
  return (
    known.callId === origin.callId &&
    known.cseq === origin.cseq &&
    known.params === contact.params &&
    known.q === contact.q &&
    // A shorter time than is left was not asked for by the request that made this binding.
    known.expiresAt - now <= contact.seconds * 1_000
  );
}

function isOutOfOrder(binding: Binding, { callId, cseq }: RegistrationOrigin): boolean {
  return binding.callId === callId && binding.cseq >= cseq;
}

/** Contacts are equal as URIs are [SB-83]. */
function isSameContact(binding: Binding, { contact }: WantedContact): boolean {
  if (binding.contact === contact) return true;
  const [a, b] = [parseUri(binding.contact), parseUri(contact)];
  return a !== undefined && b !== undefined && equalUri(a, b);
}

function bindingOf(contact: WantedContact, origin: RegistrationOrigin, now: number): Binding {
  const { flowOf, heardOn, ...shared } = origin;
  const flow = flowOf(contact.contact);
  return {
    contact: contact.contact,
    params: contact.params,
    q: contact.q,
    expiresAt: now + contact.seconds * 1_000,
    ...shared,
    flow,
    ...(heardOn && !isSameFlow(heardOn, flow) && { heardOn }),
    connectionBound: flow.connection !== undefined,
  };
}

function isSameFlow(a: Binding['flow'], b: Binding['flow']): boolean {
  return (
    a.transport === b.transport &&
    a.connection === b.connection &&
    a.remote.host === b.remote.host &&
    a.remote.port === b.remote.port
  );
}

/**
 * Bindings of an earlier Call-ID, those that end first, make room for those of this one: a phone that comes back with
 * another address each time it restarts must not lock itself out.
 */
function withinBound(bindings: Binding[], callId: string): Binding[] {
  const excess = bindings.length - MAX_BINDINGS;
  if (excess <= 0) return bindings;
  const earlier = bindings.filter((binding) => binding.callId !== callId).sort((a, b) => a.expiresAt - b.expiresAt);
  const displaced = new Set(earlier.slice(0, excess));
  return bindings.filter((binding) => !displaced.has(binding));
}
