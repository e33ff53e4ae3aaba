import type { Party } from '@linewatch/call';
import { voiceRegisterDnId, type Config } from '@linewatch/config';
import type { DirectoryView } from './directory';

/** A number with the name that its dn shows: that of one instance, or of the first that has a name. */
export function namedParty({ lines, config }: DirectoryView, number: string, instance?: string): Party {
  const instances = lines.resolve(number)?.instances ?? [];
  for (const { id } of instances) {
    const name = instance === undefined || id === instance ? nameOf(config, id) : undefined;
    if (name !== undefined) return { number, display: name };
  }
  return { number };
}

const DN_PREFIX = voiceRegisterDnId(0).slice(0, -1);

function nameOf(config: Config, instance: string): string | undefined {
  return instance.startsWith(DN_PREFIX) ? config.dns[Number(instance.slice(DN_PREFIX.length))]?.name : undefined;
}
