import { z } from 'zod';

/** What proves who a watcher from outside is: the pairs of credential files [cme-presence 2.7, 4.10]. */

/** Files that a configuration may name, by their tags from 1. */
export const MAX_CREDENTIAL_FILES = 5;
/** Pairs in one file: what fits into the smallest payload that NATS is set up with. */
export const MAX_CREDENTIAL_PAIRS = 1_000;
/** Characters of a user name. */
export const MAX_USERNAME_LENGTH = 128;

const tag = z.number().int().min(1).max(MAX_CREDENTIAL_FILES);
const text = z.string().max(1024);

/** A user with the hashes that stand for the password in one realm [RFC7616 3.4.2], as digest authentication wants them. */
export const credentialPairSchema = z.object({
  username: z.string().min(1).max(MAX_USERNAME_LENGTH),
  md5: z.string().length(32),
  sha256: z.string().length(64),
});
export type CredentialPair = z.infer<typeof credentialPairSchema>;

/**
 * `lw.credentials.<tag>`: what a credential file held when it was loaded last. It counts as long as the configuration
 * names that location under this tag, and this realm. No pairs and no location: the file is named no more.
 */
export const credentialsLoadedSchema = z.object({
  tag,
  location: text,
  realm: text,
  pairs: z.array(credentialPairSchema).max(MAX_CREDENTIAL_PAIRS),
});
export type CredentialsLoaded = z.infer<typeof credentialsLoadedSchema>;

/** `lw.ask.credentials`: load the file of that tag again. */
export const loadCredentialsRequestSchema = z.object({ tag });
export type LoadCredentialsRequest = z.infer<typeof loadCredentialsRequestSchema>;

/** What became of it. `problems` are sentences for an operator; none of them holds a password. */
export const loadCredentialsReplySchema = z.object({
  /** `kept`: it could not be loaded, and what was loaded before still counts. */
  result: z.enum(['loaded', 'kept', 'none']),
  location: text,
  /** Pairs that count now. */
  pairs: z.number().int().nonnegative(),
  problems: z.array(z.string()),
});
export type LoadCredentialsReply = z.infer<typeof loadCredentialsReplySchema>;
