import type { NamedCredentials } from '@linewatch/config';
import type { CredentialsLoaded } from '@linewatch/presence';

/** Pairs of one file, as they are shared: hashes of one realm. */
type File = Pick<CredentialsLoaded, 'tag' | 'realm' | 'pairs'>;

/**
 * A sentence for each pair of a file that another file or a phone has as well [cme-presence 2.7]. Such a pair counts all
 * the same: it lets in whom the other lets in. Hashes of another realm cannot be compared.
 * @param hashOf what `md5` of a pair is in that realm
 */
export function duplicatesOf(
  file: File,
  others: readonly File[],
  phones: readonly NamedCredentials[],
  hashOf: (username: string, realm: string, password: string) => string,
): string[] {
  const owners = new Map<string, string>();
  for (const { of, username, password } of phones) owners.set(hashOf(username, file.realm, password), of);
  for (const { tag, realm, pairs } of others)
    if (tag !== file.tag && realm === file.realm)
      for (const { md5 } of pairs) owners.set(md5, `credential file ${tag}`);
  return file.pairs.flatMap(({ username, md5 }) => {
    const owner = owners.get(md5);
    return owner === undefined
      ? []
      : [`user ${username} has the same password in ${owner}; each pair should stand once`];
  });
}
