import { type Bus, ConflictError, type Stored } from '@linewatch/bus';
import { type Config, digestRealm, phoneCredentials } from '@linewatch/config';
import {
  type CredentialPair,
  type CredentialsLoaded,
  type LoadCredentialsReply,
  MAX_CREDENTIAL_FILES,
} from '@linewatch/presence';
import type { LabelledCounter, RateLimitedLog } from '@linewatch/runtime';
import { digestHa1 } from '@linewatch/sip';
import { type Pair, readCredentialFile } from './credential-file';
import { type CredentialLocation, readLocation } from './credential-url';
import { duplicatesOf } from './duplicates';
import { FetchError } from './fetch-error';

/** What the loading of credential files needs of the world. */
export interface CredentialLoaderPorts {
  readonly bus: Pick<Bus, 'append' | 'last' | 'subjects'>;
  readonly config: { current(): Config };
  /** @throws FetchError */
  readonly fetch: (location: CredentialLocation) => Promise<Uint8Array>;
  /** Loads by their result. */
  readonly loads: LabelledCounter;
  readonly log: Pick<RateLimitedLog, 'info' | 'warn'>;
}

const TAGS = Array.from({ length: MAX_CREDENTIAL_FILES }, (_, index) => index + 1);
const nothing = (tag: number): CredentialsLoaded => ({ tag, location: '', realm: '', pairs: [] });

/**
 * Loads credential files and shares what they hold as hashes, so that every edge knows the same pairs, also when a file
 * cannot be reached any more [cme-presence 2.7, 4.10]. Any number of copies may do so: what is known already is not said
 * again.
 */
export class CredentialLoader {
  /** One load after the other: of two of one file the later one holds. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: CredentialLoaderPorts) {}

  /** Loads every file that the configuration names, and forgets the others. */
  async loadAll(): Promise<void> {
    for (const tag of TAGS) await this.load(tag);
  }

  /** Loads the files whose pairs cannot be used, as they were never loaded from where they are now. */
  async loadMissing(): Promise<void> {
    for (const tag of TAGS) {
      const location = locationOf(this.ports.config.current(), tag);
      if (location !== undefined && !isFor(await this.known(tag), location, this.realm)) await this.load(tag);
    }
  }

  /** Loads what a change of the configuration concerns. */
  async changed(next: Config, previous: Config): Promise<void> {
    const isOtherRealm = digestRealm(next) !== digestRealm(previous);
    for (const tag of TAGS) {
      const location = locationOf(next, tag);
      const isNamed = location !== undefined && isOtherRealm;
      if (isNamed || location !== locationOf(previous, tag)) await this.load(tag);
    }
  }

  /**
   * Loads one file as the configuration names it now; one that it does not name is forgotten.
   * @throws UnavailableError, RejectedError
   */
  load(tag: number): Promise<LoadCredentialsReply> {
    const loading = this.turn.then(() => this.loadNow(tag));
    this.turn = loading.catch(() => undefined);
    return loading;
  }

  private get realm(): string {
    return digestRealm(this.ports.config.current());
  }

  private async loadNow(tag: number): Promise<LoadCredentialsReply> {
    const config = this.ports.config.current();
    const location = locationOf(config, tag);
    if (location === undefined) {
      if ((await this.known(tag)).pairs.length > 0) await this.share(nothing(tag));
      return { result: 'none', location: '', pairs: 0, problems: [] };
    }
    const read = await this.read(location);
    if ('problems' in read) return this.keep(tag, location, read.problems);
    const realm = digestRealm(config);
    const file: CredentialsLoaded = { tag, location, realm, pairs: read.pairs.map((pair) => hashed(pair, realm)) };
    await this.share(file);
    const others = await Promise.all(
      TAGS.filter((other) => other !== tag && locationOf(config, other) !== undefined).map((other) =>
        this.known(other),
      ),
    );
    const problems = duplicatesOf(file, others, phoneCredentials(config), md5);
    this.report('loaded', tag, location, file.pairs.length, problems);
    return { result: 'loaded', location, pairs: file.pairs.length, problems };
  }

  private async read(location: string): Promise<{ pairs: readonly Pair[] } | { problems: readonly string[] }> {
    const where = readLocation(location);
    if ('problem' in where) return { problems: [where.problem] };
    try {
      return readCredentialFile(await this.ports.fetch(where));
    } catch (error) {
      if (error instanceof FetchError) return { problems: [error.message] };
      throw error;
    }
  }

  /** What was loaded before still counts, where it was loaded from there. */
  private async keep(tag: number, location: string, problems: readonly string[]): Promise<LoadCredentialsReply> {
    const known = await this.known(tag);
    const pairs = isFor(known, location, this.realm) ? known.pairs.length : 0;
    this.report('kept', tag, location, pairs, problems);
    return { result: 'kept', location, pairs, problems: [...problems] };
  }

  private async share(file: CredentialsLoaded): Promise<void> {
    const { bus } = this.ports;
    const subject = bus.subjects.credentials(file.tag);
    for (;;) {
      const last = await bus.last(subject);
      // Another copy, or an earlier life, said so already.
      if (JSON.stringify(fileOf(last, file.tag)) === JSON.stringify(file)) return;
      try {
        await bus.append(
          subject,
          { type: 'linewatch.credentials.loaded', data: file },
          { about: String(file.tag), expectLast: last?.streamSeq ?? 0 },
        );
        return;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  }

  private async known(tag: number): Promise<CredentialsLoaded> {
    return fileOf(await this.ports.bus.last(this.ports.bus.subjects.credentials(tag)), tag);
  }

  private report(
    result: 'loaded' | 'kept',
    tag: number,
    location: string,
    pairs: number,
    problems: readonly string[],
  ): void {
    const { loads, log } = this.ports;
    loads.of(result).add();
    const fields = { tag, location, pairs, ...(problems.length > 0 && { problems }) };
    if (problems.length === 0) log.info(`credentials ${tag}`, 'a credential file was loaded', fields);
    else if (result === 'loaded') log.warn(`credentials ${tag}`, 'a credential file was loaded, but', fields);
    else log.warn(`credentials ${tag}`, 'a credential file was not loaded; what was loaded before counts', fields);
  }
}

function locationOf(config: Config, tag: number): string | undefined {
  return config.voiceRegisterGlobal.authenticate.credentials[tag];
}

function isFor(file: CredentialsLoaded, location: string, realm: string): boolean {
  return file.location === location && file.realm === realm;
}

function fileOf(stored: Stored | undefined, tag: number): CredentialsLoaded {
  return stored?.event.type === 'linewatch.credentials.loaded' ? stored.event.data : nothing(tag);
}

function hashed({ username, password }: Pair, realm: string): CredentialPair {
  return { username, md5: md5(username, realm, password), sha256: digestHa1('SHA-256', username, realm, password) };
}

function md5(username: string, realm: string, password: string): string {
  return digestHa1('MD5', username, realm, password);
}
