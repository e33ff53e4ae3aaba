/**
 * Who may watch what [cme-presence 4.3, 4.7, 4.8]. Pure: asked on the bus at subscribe and again by the edge, over its
 * own copy of the running configuration, at delivery [design law 7].
 */

/** What the policy reads of the running configuration. */
export interface PresenceRules {
  readonly presenceEnabled: boolean;
  /** `sip-ua` / `presence enable`: SIP watchers are served. */
  readonly sipPresenceEnabled: boolean;
  readonly watcherAll: boolean;
  readonly allowSubscribe: boolean;
  readonly server?: string;
  readonly maxSubscription: number;
}

/** What the policy reads of a request. */
export interface WatchRequest {
  readonly protocol: 'sip' | 'sccp';
  readonly watcher: 'local' | 'remote';
  readonly presentity: 'local' | 'remote';
}

/** Every way to be refused, as a word: by the policy, by the limit, or because it could not be asked or stored. */
export const refusalWords = [
  'presence-disabled',
  'external-watcher-refused',
  'external-line-refused',
  'no-server',
  'never-chained',
  'limit-reached',
  'could-not-ask',
] as const;

/** The answer to a request to watch, as a word. Each edge owns the table from word to its protocol's answer. */
export type AuthorizationWord = 'allow' | (typeof refusalWords)[number];

/** What the policy alone can say. */
export type Verdict = Exclude<AuthorizationWord, 'limit-reached' | 'could-not-ask'>;

/** The verdict for a new subscription, in the order. */
export function decideWatch(rules: PresenceRules, request: WatchRequest): Verdict {
  if (!rules.presenceEnabled) return 'presence-disabled';
  if (request.protocol === 'sip' && !rules.sipPresenceEnabled) return 'presence-disabled';
  if (request.watcher === 'remote' && !rules.watcherAll) return 'external-watcher-refused';
  if (request.presentity === 'local') return 'allow';
  if (request.watcher === 'remote') return 'never-chained';
  if (!rules.allowSubscribe) return 'external-line-refused';
  return rules.server === undefined ? 'no-server' : 'allow';
}
