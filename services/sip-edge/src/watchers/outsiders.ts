import type { Bus } from '@linewatch/bus';
import { type Config, digestRealm } from '@linewatch/config';
import type { CredentialsLoaded } from '@linewatch/presence';
import type { Ha1sOf, Refusal, SipRequest } from '@linewatch/sip';
import type { Authenticated, Authentication } from '../authentication';
import { ha1sOfFiles } from './credentials';

/** The credential files as they were loaded last, as this edge heard of them. */
export interface KnownCredentials {
  /** The hashes of users' passwords under a configuration. */
  under(config: Config): Ha1sOf;
  stop(): void;
}

/** Follows CREDENTIALS; resolves when all that was loaded before is known. */
export async function followCredentials(bus: Pick<Bus, 'follow'>): Promise<KnownCredentials> {
  const files = new Map<number, CredentialsLoaded>();
  let made: { readonly config: Config; readonly ha1sOf: Ha1sOf } | undefined;
  const follower = await bus.follow('CREDENTIALS', { from: 'last-per-subject' }, ({ event }) => {
    if (event.type !== 'linewatch.credentials.loaded') return;
    files.set(event.data.tag, event.data);
    made = undefined;
  });
  await follower.caughtUp;
  return {
    under: (config) => {
      if (made?.config !== config) made = { config, ha1sOf: ha1sOfFiles(files, config) };
      return made.ha1sOf;
    },
    stop: () => follower.stop(),
  };
}

/** Who sent a request from outside, by a pair of the files, or what to answer it. */
export function authenticateOutsider(
  request: SipRequest,
  config: Config,
  credentials: Pick<KnownCredentials, 'under'>,
  authentication: Pick<Authentication, 'check'>,
): Authenticated {
  return authentication.check(request, digestRealm(config), credentials.under(config));
}

/**
 * What a watcher from outside is answered that has not proved who it is; undefined when it has. Any pair of the files
 * passes, whatever its From [cme-presence 4.7, 4.10; SB-119].
 */
export function challengeOutsider(
  request: SipRequest,
  config: Config,
  credentials: Pick<KnownCredentials, 'under'>,
  authentication: Pick<Authentication, 'check'>,
): Refusal | undefined {
  const judged = authenticateOutsider(request, config, credentials, authentication);
  return judged.kind === 'refused' ? judged.refusal : undefined;
}
