/** `npm run load`, `npm run load:sccp`, `npm run load:abuse`, `npm run fuzz`, `npm run fuzz:sccp`, `npm run bench`: bundles the tool and runs it with the same arguments; its exit code is ours. */
import { spawnSync } from 'node:child_process';
import { bundle } from './bundle.mjs';
import { installDependencies } from './install.mjs';
import { root } from './paths.mjs';
import { nodeFlagsOf } from './services.mjs';

const tools = {
  load: 'test/load/lamps.ts',
  'load:sccp': 'test/load/sccp.ts',
  'load:abuse': 'test/load/abuse.ts',
  fuzz: 'test/load/fuzz-sip.ts',
  'fuzz:sccp': 'test/load/fuzz-sccp.ts',
  bench: 'services/sip-edge/src/testing/notify.bench.ts',
};

const [name, ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(tools, name ?? '')) throw new Error(`there is no tool ${name}; known are ${Object.keys(tools)}`);
  installDependencies((line) => console.error(`npm run ${name}: ${line}`));
  const output = `tools/${name.replace(':', '-')}`;
  const programs = await bundle({ [output]: tools[name] });
  // Ctrl-C reaches the child as well: it stops what it started.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  const node = [...(name === 'bench' ? nodeFlagsOf('sip-edge') : ['--enable-source-maps']), programs[output], ...args];
  const { status } = spawnSync(process.execPath, node, { cwd: root, stdio: 'inherit' });
  process.exit(status ?? 2);
} catch (error) {
  console.error(`npm run ${name}: ${error.message}`);
  process.exit(2);
}
