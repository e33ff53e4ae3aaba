import type { AuthorizationWord } from '@linewatch/presence';
import { subscriptionCauses } from '@linewatch/sccp';

/** The one table from the word of the authorization service to the cause that a call list hears [cme-presence 4.6]. */
const causes: Readonly<Record<Exclude<AuthorizationWord, 'allow'>, number>> = {
  'presence-disabled': subscriptionCauses.authFail,
  'external-watcher-refused': subscriptionCauses.authFail,
  'external-line-refused': subscriptionCauses.trunkForbidden,
  'no-server': subscriptionCauses.routeFail,
  'never-chained': subscriptionCauses.routeFail,
  'limit-reached': subscriptionCauses.throttle,
  'could-not-ask': subscriptionCauses.timeout,
};

/**
 * The cause for a refusal.
 * @param hasServer whether there is anywhere to ask for numbers that are not ours: without it the number leads nowhere,
 * whoever may ask
 */
export function causeOf(word: Exclude<AuthorizationWord, 'allow'>, hasServer: boolean): number {
  return word === 'external-line-refused' && !hasServer ? subscriptionCauses.routeFail : causes[word];
}
