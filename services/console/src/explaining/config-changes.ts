import type { Bus } from '@linewatch/bus';
import {
  applyCommands,
  type Config,
  emptyConfig,
  hasSameLines,
  type LanguageOptions,
  lineDirectory,
} from '@linewatch/config';
import type { LineNumber } from '@linewatch/presence';
import { type ConfigRevision, readConfigHistory } from '@linewatch/runtime';
import type { ConfigChange, ConfigChanges } from './facts';

/** Of more changes than that it is not said who made which: an operator waits. */
const MOST_REVISIONS = 500;

/** Who switched presence off, or took `allow watch` from a line: the last change that made it so. */
export async function configChanges(
  bus: Pick<Bus, 'follow'>,
  number: LineNumber,
  options: LanguageOptions,
): Promise<ConfigChanges> {
  const { revisions } = await readConfigHistory(bus);
  return revisions.length > MOST_REVISIONS ? {} : changesIn(revisions, number, options);
}

/** The same from the revisions in their order. Pure. */
export function changesIn(
  revisions: readonly ConfigRevision[],
  number: LineNumber,
  options: LanguageOptions,
): ConfigChanges {
  let config = emptyConfig();
  let [presence, presenceEnable, watch]: (ConfigChange | undefined)[] = [];
  let isWatchable = false;
  for (const { revision, at, author, commands } of revisions) {
    const next = applyCommands(config, commands, { ...options, keepUnknown: true }).config;
    const change = { revision, at, author };
    if (config.presence.enabled && !next.presence.enabled) presence = change;
    if (config.sipUa.presenceEnable && !next.sipUa.presenceEnable) presenceEnable = change;
    if (!hasSameLines(config, next)) {
      const was = isWatchable;
      isWatchable = mayBeWatched(next, number);
      if (was && !isWatchable) watch = change;
    }
    config = next;
  }
  return { presence, presenceEnable, watch };
}

function mayBeWatched(config: Config, number: LineNumber): boolean {
  return (
    lineDirectory(config)
      .resolve(number)
      ?.instances.some(({ watchable }) => watchable) === true
  );
}
