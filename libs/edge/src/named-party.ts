import type { Party } from '@linewatch/call';
import type { DirectoryView } from './directory';

/** A number with the name that its dn shows: that of one instance, or of the first that has a name. */
export function namedParty({ lines }: Pick<DirectoryView, 'lines'>, number: string, instance?: string): Party {
  const instances = lines.resolve(number)?.instances ?? [];
  const named = instances.find(({ id, name }) => name !== undefined && (instance === undefined || id === instance));
  return named?.name === undefined ? { number } : { number, display: named.name };
}
