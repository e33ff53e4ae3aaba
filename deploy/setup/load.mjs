/** `npm run load`: bundles the load tool and runs it with the same arguments. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths.mjs';

const outfile = join(root, 'dist', 'load', 'lamps.cjs');
let esbuild;
try {
  esbuild = await import('esbuild');
} catch {
  console.error('The load tool needs the development dependencies: run `npm ci` first.');
  process.exit(2);
}
await esbuild.build({
  entryPoints: [join(root, 'test', 'load', 'lamps.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'inline',
  tsconfig: join(root, 'tsconfig.json'),
  logLevel: 'warning',
});
// Ctrl-C reaches the child as well: it stops what it started, and its exit code is ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 2);
