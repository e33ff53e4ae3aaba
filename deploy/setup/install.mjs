/** The dependencies of this clone, so that each command is enough on a bare clone. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/**
 * Installs what the lock file names unless it is there already.
 * @param {(line: string) => void} [tell]  receives a line when something is installed
 * @throws {Error} when npm fails; its own lines stand on the terminal
 */
export function installDependencies(tell = () => {}) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  tell('installing the dependencies (npm ci)');
  // npm's lines go to standard error: what a program prints is then its own.
  const { status, signal, error } = spawnSync('npm', ['ci'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (signal) process.exit(130);
  if (error) throw new Error(`npm cannot be run (${error.message}): install it, or run npm ci in ${root}`);
  if (status !== 0) throw new Error('npm ci failed: see its lines above');
}
