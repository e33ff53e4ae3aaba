import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Bus, UnavailableError } from '@linewatch/bus';
import {
  type Config,
  type ConfigError,
  type LanguageOptions,
  SALT_BYTES,
  type Secret,
  diffConfig,
  hashSecret,
  parseConfig,
  withHashedSecrets,
} from '@linewatch/config';
import type { ConfigApplied } from '@linewatch/presence';

/** What a part may hold: NATS takes 1 MiB, an event's schema 20,000 commands of 1,024 characters. */
const PART_BYTES = 256 * 1024;
const PART_COMMANDS = 20_000;
const LONGEST_COMMAND = 1024;

const RETRIES = 20;
const RETRY_MS = 250;

/** Words that open a mode, or speak of one, and how many of them name its section. */
const sections: Record<string, number> = {
  presence: 1,
  'sip-ua': 1,
  voice: 3,
  'telephony-service': 1,
  ephone: 1,
  'ephone-dn': 1,
  'ephone-template': 1,
  'ephone-dn-template': 1,
  'dial-peer': 1,
  gateway: 1,
};

/** The section of a configuration that a global command speaks of: `voice-register-dn`, `presence`, else `global`. */
export function sectionOf(command: string): string {
  const words = command
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words[0] === 'no' || words[0] === 'default') words.shift();
  const count = Object.hasOwn(sections, words[0] ?? '') ? sections[words[0] ?? ''] : undefined;
  return count === undefined ? 'global' : words.slice(0, count).join('-').toLowerCase();
}

/** One part of a change, and the section whose subject it goes to. */
export interface ChangePart {
  readonly section: string;
  readonly event: ConfigApplied;
}

/**
 * A change as the parts in which it is appended: in order, each at most 256 KiB, a new one where a new section begins
 * once the last is half full.
 * @param commands as `diffConfig` gives them: commands of a mode stand indented below its heading
 * @throws RangeError when a command is longer than the stream takes
 */
export function partsOf(change: { id: string; author: string; commands: readonly string[] }): ChangePart[] {
  const parts: { section: string; commands: string[]; bytes: number }[] = [];
  let section = 'global';
  for (const command of change.commands) {
    if (command.length > LONGEST_COMMAND)
      throw new RangeError(`A command is longer than ${LONGEST_COMMAND} characters: "${command.slice(0, 60)}…"`);
    if (!/^\s/.test(command)) section = sectionOf(command);
    const bytes = Buffer.byteLength(JSON.stringify(command)) + 1;
    const open = parts.at(-1);
    const fits = open && open.bytes + bytes <= PART_BYTES && open.commands.length < PART_COMMANDS;
    const another = open && open.section !== section && open.bytes > PART_BYTES / 2;
    if (open && fits && !another) {
      open.commands.push(command);
      open.bytes += bytes;
    } else parts.push({ section, commands: [command], bytes });
  }
  return parts.map(({ section, commands }, part) => ({
    section,
    event: { author: change.author, commands, change: { id: change.id, part, parts: parts.length } },
  }));
}

/**
 * Appends a change to CONFIG; every service applies it when all parts are there.
 * @param change.id the same id within two minutes is the same change; a new one when absent
 * @param change.expectLast the last sequence of CONFIG that the author knows: ConflictError when somebody wrote since
 * @returns the sequence of the last part, the change's revision; `undefined` when there is nothing to change
 * @throws ConflictError, UnavailableError, RejectedError, RangeError
 */
export async function appendConfigChange(
  bus: Pick<Bus, 'append' | 'subjects'>,
  change: { author: string; commands: readonly string[]; id?: string; expectLast?: number },
): Promise<number | undefined> {
  const id = change.id ?? randomUUID();
  let revision: number | undefined;
  let expectLastOfStream = change.expectLast;
  for (const { section, event } of partsOf({ ...change, id })) {
    revision = await retrying(
      async () =>
        (
          await bus.append(
            bus.subjects.config(section),
            { type: 'linewatch.config.applied', data: event },
            {
              id: `config.${id}.${event.change.part}`,
              about: section,
              ...(expectLastOfStream !== undefined && { expectLastOfStream }),
            },
          )
        ).seq,
    );
    if (expectLastOfStream !== undefined) expectLastOfStream = revision;
  }
  return revision;
}

/** A clear secret as what is stored of it. */
export function hashedWithChance(clear: string): Secret {
  return hashSecret(clear, randomBytes(SALT_BYTES));
}

/** A change that stopped halfway would never be applied, so short failures are ridden out here. */
async function retrying<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof UnavailableError) || attempt >= RETRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** What came of a startup configuration. */
export interface StartupImport {
  /** The revision it made; `undefined` when nothing was imported. */
  readonly revision: number | undefined;
  /** Why nothing was: the stream has a configuration, or the text says what is running already. */
  readonly skipped?: 'stream-not-empty' | 'no-difference';
  readonly errors: readonly ConfigError[];
  readonly unknown: readonly { line: number; text: string }[];
}

/**
 * Imports a text as one diff with author `startup`: when CONFIG is empty, or whenever it is asked for by name. Lines with
 * errors are left out and reported, unknown ones kept and reported. Copies that start together import once.
 */
export async function importStartupConfig(
  bus: Pick<Bus, 'append' | 'subjects'>,
  running: { current(): Config; revision(): number },
  source: { text: string; explicit: boolean } & LanguageOptions,
): Promise<StartupImport> {
  const { text, explicit, ...options } = source;
  const { config: parsed, errors, unknown } = parseConfig(text, options);
  const config = withHashedSecrets(parsed, running.current(), hashedWithChance);
  const report = { errors, unknown };
  if (running.revision() > 0 && !explicit) return { revision: undefined, skipped: 'stream-not-empty', ...report };
  const commands = diffConfig(running.current(), config);
  if (commands.length === 0) return { revision: undefined, skipped: 'no-difference', ...report };
  // Said of the stream as it is now: the same text may come again later, after other changes. Copies take the same salt
  // for it, so that they say the same; what is stored has one of its own.
  const alike = withHashedSecrets(parsed, running.current(), (clear) => hashSecret(clear, new Uint8Array(SALT_BYTES)));
  const id = createHash('sha256')
    .update(`${running.revision()}\n${diffConfig(running.current(), alike).join('\n')}`)
    .digest('hex')
    .slice(0, 32);
  return { revision: await appendConfigChange(bus, { author: 'startup', commands, id: `startup-${id}` }), ...report };
}
