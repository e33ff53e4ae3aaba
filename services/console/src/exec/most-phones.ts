/** More phones than this are not looked up for one command: their services have phones to serve meanwhile. */
const MOST_PHONES = 10_000;

/** As many as one command looks up, and a line that says so when some are left out. */
export function atMostPhones<T>(all: readonly T[]): { readonly kept: readonly T[]; readonly note: string } {
  if (all.length <= MOST_PHONES) return { kept: all, note: '' };
  const note = `\nOnly the first ${MOST_PHONES} of ${all.length} are shown; name one to see another.\n`;
  return { kept: all.slice(0, MOST_PHONES), note };
}
