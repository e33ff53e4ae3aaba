import { DIALOG_INFO } from './body/dialog-info';
import { PIDF } from './body/pidf';
import type { HeaderField } from './message';

/** The event packages of linewatch, one record each, and what a SUBSCRIBE must bring to be admitted to one. */

export type PackageName = 'presence' | 'dialog';

/** An event package: its name, its body, its rules. Times in seconds. */
export interface EventPackage {
  readonly name: PackageName;
  /** The type of every body, whichever accepted spelling let the watcher in. */
  readonly contentType: string;
  /** Media types a watcher may ask for to get that body. */
  readonly accepted: readonly string[];
  readonly defaultExpires: number;
  readonly minExpires: number;
  readonly maxExpires: number;
}

// A zero is not "too brief": it unsubscribes or fetches [cme-presence 4.3 A-4].
const EXPIRES = { defaultExpires: 3600, minExpires: 60, maxExpires: 3600 } as const;

/** [RFC3856]. Cisco phones accept only `cpim-pidf+xml` and yet want a `pidf+xml` body. */
export const PRESENCE_PACKAGE: EventPackage = {
  name: 'presence',
  contentType: PIDF,
  accepted: [PIDF, 'application/cpim-pidf+xml'],
  ...EXPIRES,
};

/** [RFC4235]. */
export const DIALOG_PACKAGE: EventPackage = {
  name: 'dialog',
  contentType: DIALOG_INFO,
  accepted: [DIALOG_INFO],
  ...EXPIRES,
};

export const EVENT_PACKAGES: Readonly<Record<PackageName, EventPackage>> = {
  presence: PRESENCE_PACKAGE,
  dialog: DIALOG_PACKAGE,
};

/** The value of Allow-Events [SB-38]. */
export const ALLOW_EVENTS = 'presence, dialog';

/** A refusal in the words of the protocol: status, reason phrase and the headers that go with it. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly HeaderField[];
}

/** 489 for a package that is unknown, missing or switched off [SB-12, SB-13; cme-presence 4.3 ]. */
export const BAD_EVENT: Refusal = {
  status: 489,
  reason: 'Bad Event',
  headers: [{ name: 'Allow-Events', value: ALLOW_EVENTS }],
};

/**
 * The package an Event header names. Package names compare by case [RFC6665 8.4].
 * @param name the event type without its parameters; undefined if there was no Event header.
 */
export function findPackage(name: string | undefined): EventPackage | undefined {
  return name === 'presence' || name === 'dialog' ? EVENT_PACKAGES[name] : undefined;
}

/**
 * Whether a watcher takes the package's body [A-3, SB-14, SB-15].
 * @param accept the media ranges of its Accept headers, with or without parameters; undefined if there was none.
 */
export function acceptsBody(eventPackage: EventPackage, accept: readonly string[] | undefined): boolean {
  return accept === undefined || accept.some((range) => matches(eventPackage, range));
}

function matches(eventPackage: EventPackage, range: string): boolean {
  const [type = '', ...params] = range.toLowerCase().split(';');
  // A quality of zero is a refusal [RFC3261 20.1].
  if (params.some((param) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(param))) return false;
  const name = type.trim();
  return name === '*/*' || name === 'application/*' || eventPackage.accepted.includes(name);
}

/** 406 for a watcher that takes no body of the package, with the types that would do. */
export function notAcceptable(eventPackage: EventPackage): Refusal {
  return {
    status: 406,
    reason: 'Not Acceptable',
    headers: [{ name: 'Accept', value: eventPackage.accepted.join(', ') }],
  };
}

/** A length of subscription: granted in seconds (0 ends or fetches), or refused. */
export type Grant =
  { readonly kind: 'granted'; readonly seconds: number } | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * The length that is granted for the one asked, never longer [A-4, SB-2, SB-10, SB-11].
 * @param requested seconds of the Expires header; undefined if there was none.
 */
export function grantExpires(eventPackage: EventPackage, requested: number | undefined): Grant {
  if (requested === undefined) return { kind: 'granted', seconds: eventPackage.defaultExpires };
  if (requested > 0 && requested < eventPackage.minExpires)
    return { kind: 'refused', refusal: intervalTooBrief(eventPackage.minExpires) };
  return { kind: 'granted', seconds: Math.min(requested, eventPackage.maxExpires) };
}

/** 423 with the least that would be granted, in seconds. */
export function intervalTooBrief(minExpires: number): Refusal {
  return {
    status: 423,
    reason: 'Interval Too Brief',
    headers: [{ name: 'Min-Expires', value: String(minExpires) }],
  };
}
