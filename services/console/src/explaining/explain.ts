import { lampOf, lampWordOf, type WatchRequest } from '@linewatch/presence';
import { configurationLinks, policyLink } from './rules-links';
import type { ExplainFacts } from './facts';
import { broken, type Cause, type Link, steps } from './link';
import { lineLinks } from './line-links';
import { subscriptionLinks } from './subscription-links';
import { absenceLink, watcherLinks } from './watcher-links';

/** Why a watcher's lamp shows what it shows. The JSON form of `show presence explain`. */
export interface Explanation {
  readonly watcher: string;
  readonly line: string;
  /** What the line is by what happened. */
  readonly state: string;
  /** What the last message to its phone said. Null: there is no subscription. */
  readonly told: string | null;
  /** `right`: the lamp shows what the line is, and the line is known. */
  readonly cause: Cause | 'right';
  readonly verdict: string;
  /** What to do; absent when nothing has to be done. */
  readonly todo?: string;
  /** The whole chain, from the configuration to the last word to the phone; `cause` where it is broken. */
  readonly chain: readonly { readonly step: Link['step']; readonly text: string; readonly cause?: Cause }[];
}

/** The causal chain, and the one cause that explains the lamp. Pure. */
export function explain(facts: ExplainFacts): Explanation {
  const { watcher, line } = facts;
  const links = inOrder(chainOf(facts));
  const fault = faultOf(links, facts.subscriptions.length > 0);
  const state = lampWordOf(lampOf(line.past.fold));
  const told = facts.subscriptions[0]?.held?.last?.lamp ?? (facts.subscriptions.length > 0 ? 'unknown' : null);
  return {
    watcher: watcher.text,
    line: line.number,
    state,
    told,
    cause: fault?.fault?.cause ?? 'right',
    verdict: fault ? capital(fault.text) : `${watcher.text} sees ${line.number} ${told ?? state}, and so it is`,
    ...(fault?.fault && { todo: capital(fault.fault.todo) }),
    chain: links.map(({ step, text, fault: at }) => ({ step, text, ...(at && { cause: at.cause }) })),
  };
}

function chainOf(facts: ExplainFacts): Link[] {
  const { subscriptions } = facts;
  const device = monitored(facts);
  const line = facts.line.entry || facts.line.past.fold.seq > 0 ? lineLinks(facts, device) : [];
  return [
    ...configurationLinks(facts),
    policyLink(facts, requestOf(facts)),
    ...monitoringLinks(facts),
    ...line,
    ...watcherLinks(facts),
    ...(subscriptions.length > 0
      ? subscriptions.flatMap((known) => subscriptionLinks(known, facts))
      : [absenceLink(facts)]),
  ];
}

/** The phone that the watcher's key shows, where it does not show the line. */
function monitored({ subscriptions, line }: ExplainFacts): string | undefined {
  const isDevice = subscriptions.some(({ record }) => record.deviceBased);
  return isDevice && line.monitoring.kind === 'phone' ? line.monitoring.device : undefined;
}

function monitoringLinks({ subscriptions, line }: ExplainFacts): Link[] {
  if (!subscriptions.some(({ record }) => record.deviceBased) || line.monitoring.kind !== 'none') return [];
  return [
    broken(
      'line',
      'phone-not-monitored',
      `the key shows a phone (device), and ${line.number} is the first line of none that may be watched`,
      'take "device" from the key, or give the number to the first button of a phone, with "allow watch"',
    ),
  ];
}

/** What the policy is asked for this watcher and line. */
function requestOf({ subscriptions, watcher, line }: ExplainFacts): WatchRequest {
  const record = subscriptions[0]?.record;
  const isSccp = record ? record.watcher.phoneType !== 'SIP Phone' : watcher.phones[0]?.kind === 'sccp';
  return {
    protocol: isSccp ? 'sccp' : 'sip',
    watcher: record?.watcher.kind ?? (watcher.phones.length > 0 ? 'local' : 'remote'),
    presentity: line.entry ? 'local' : 'remote',
  };
}

function inOrder(links: readonly Link[]): Link[] {
  return steps.flatMap((step) => links.filter((link) => link.step === step));
}

/**
 * Which broken link explains the lamp. Without a subscription: what keeps the watcher from having one, the line's own
 * state comes after. With one: what keeps the watcher from being told, then why the line is what it is told to be.
 */
const ORDER_WITHOUT = ['policy', 'watcher', 'subscription', 'configuration', 'line', 'notification'] as const;
const ORDER_WITH = ['subscription', 'notification', 'policy', 'configuration', 'line', 'watcher'] as const;

function faultOf(links: readonly Link[], isSubscribed: boolean): Link | undefined {
  const faults = links.filter(({ fault }) => fault);
  const first = faults.find(({ fault }) => fault?.cause === 'no-such-line');
  if (first) return first;
  for (const step of isSubscribed ? ORDER_WITH : ORDER_WITHOUT) {
    const found = faults.find((link) => link.step === step);
    if (found) return found;
  }
  return undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
