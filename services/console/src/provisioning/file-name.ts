/** Why a name is refused before anything is looked up. */
export type NameRefusal = 'traversal' | 'oversized';

/** No file that a phone loads has a longer name. */
const LONGEST_NAME = 128;

/**
 * What is wrong with a file's name, as it came from the wire. There is no folder that it could leave; who tries is
 * refused and counted all the same. Names are plain words: nothing that a folder, a shell or a decoder would take apart.
 */
export function refusalOfName(name: string): NameRefusal | undefined {
  if (name.length > LONGEST_NAME) return 'oversized';
  return /\.\.|[/\\\0]|%(?:00|2[ef]|5c|25)|^[A-Za-z]:|^~/i.test(name) ? 'traversal' : undefined;
}
