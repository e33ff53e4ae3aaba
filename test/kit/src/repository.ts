import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root folder of the clone these tests run in; a bundled tool stands elsewhere in it than its sources. */
export const repositoryRoot = rootAbove(__dirname);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'deploy', 'setup', 'start.mjs'))) return folder;
  if (dirname(folder) === folder) throw new Error(`${__dirname} is not inside a clone of linewatch`);
  return rootAbove(dirname(folder));
}
