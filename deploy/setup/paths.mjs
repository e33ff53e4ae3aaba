/** Where things are: the clone, the data of a run, and the cache shared by every clone of one user. */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The services in the order they are listed to people; each is `services/<name>/src/main.ts`. */
export const serviceNames = /** @type {const} */ ([
  'subscription-authorization',
  'presence-state',
  'sip-edge',
  'console',
]);

/** The data folder of `npm start` when none is named. */
export const defaultData = join(root, '.linewatch');

/** A private cache folder for servers unpacked on this machine; nothing outside it is changed. */
export function cacheFolder(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'linewatch');
}
