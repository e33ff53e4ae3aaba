import { type Config, digestRealm } from '@linewatch/config';
import type { CredentialsLoaded } from '@linewatch/presence';
import type { Ha1sOf } from '@linewatch/sip';

/** What each credential file held when it was loaded last, by its tag. */
export type CredentialFiles = ReadonlyMap<number, CredentialsLoaded>;

/** The hashes of a user's passwords. */
interface UserHashes {
  readonly MD5: string[];
  readonly 'SHA-256': string[];
}

/**
 * Who may pass by credential files now: the pairs of those that the configuration names, as far as they were loaded from
 * where it says and for its realm [cme-presence 2.7, 4.10]. Pure.
 */
export function ha1sOfFiles(files: CredentialFiles, config: Config): Ha1sOf {
  const users = new Map<string, UserHashes>();
  const realm = digestRealm(config);
  for (const [tag, location] of Object.entries(config.voiceRegisterGlobal.authenticate.credentials)) {
    const file = files.get(Number(tag));
    if (file?.location !== location || file.realm !== realm) continue;
    for (const { username, md5, sha256 } of file.pairs) {
      const hashes = users.get(username) ?? { MD5: [], 'SHA-256': [] };
      hashes.MD5.push(md5);
      hashes['SHA-256'].push(sha256);
      users.set(username, hashes);
    }
  }
  return (username, algorithm) => users.get(username)?.[algorithm] ?? [];
}
