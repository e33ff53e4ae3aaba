/** The startup configuration, taken over by a program of its own before the services start. */
import { spawn } from 'node:child_process';
import { RefusedError } from './options.mjs';

/**
 * Runs `import-config`.
 * @param {string} program  its bundle
 * @param {string[]} args   the file, `--explicit`
 * @param {Record<string, string | undefined>} env  with the addresses of NATS and Redis
 * @returns {{ report: Promise<import('./import-config').ImportReport>, cancel(): void }}
 */
export function importConfiguration(program, args, env) {
  // Settings of the copies that mean nothing here, and may have the form of the launcher's options.
  const own = { ...env, LINEWATCH_INSTANCE: '', LINEWATCH_HTTP_PORT: '' };
  const child = spawn(process.execPath, ['--enable-source-maps', program, ...args, '--json'], {
    env: own,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  child.stderr.on('data', (bytes) => (complaint = (complaint + bytes).slice(-10_000)));
  const ended = new Promise((done) => child.once('error', done).once('close', done));
  const report = ended.then((code) => {
    if (code !== 0) throw new RefusedError(`the configuration could not be taken over: ${complaint.trim() || code}`);
    return JSON.parse(said);
  });
  return { report, cancel: () => void child.kill('SIGKILL') };
}
