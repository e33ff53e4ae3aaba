import type { AuthorizationWord } from '@linewatch/presence';
import { BAD_EVENT, type Refusal } from '@linewatch/sip';

/** The one table from the word of the authorization service to a SIP answer [design 5; cme-presence 4.3]. */
export const refusalOf: Readonly<Record<Exclude<AuthorizationWord, 'allow'>, Refusal>> = {
  'presence-disabled': BAD_EVENT,
  'external-watcher-refused': { status: 403, reason: 'Forbidden', headers: [] },
  'external-line-refused': { status: 403, reason: 'Forbidden', headers: [] },
  'no-server': { status: 404, reason: 'Not Found', headers: [] },
  'never-chained': { status: 404, reason: 'Not Found', headers: [] },
  'limit-reached': { status: 503, reason: 'Service Unavailable', headers: [{ name: 'Retry-After', value: '60' }] },
  'could-not-ask': { status: 503, reason: 'Service Unavailable', headers: [{ name: 'Retry-After', value: '10' }] },
};
