/**
 * The same text as one piece of memory. V8 keeps what was put together as a tree of its parts: a text that is kept for
 * long would be dozens of objects for every garbage collection to visit, and each use would walk them.
 */
export function flatText(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
