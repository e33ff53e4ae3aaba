#!/usr/bin/env node
/**
 * `npx linewatch …`: the operator's console. Bundles it when its sources have changed, tells it where the system is, and
 * runs it in this process with the same arguments. The system is the one that LINEWATCH_NATS_URL and LINEWATCH_REDIS_URL
 * name, else the one that `npm start` runs on LINEWATCH_DATA (`.linewatch` in the clone when that is absent).
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../deploy/setup/bundle.mjs';
import { installDependencies } from '../deploy/setup/install.mjs';
import { root } from '../deploy/setup/paths.mjs';
import { isAlive } from '../deploy/setup/processes.mjs';
import { readRunFile } from '../deploy/setup/run-folder.mjs';

const entry = 'services/console/src/cli.ts';

/** Variables for the console; an own wish wins. Nothing when nothing runs: the console says what it misses. */
function whereTheSystemIs(env) {
  const data = env.LINEWATCH_DATA ? resolve(env.LINEWATCH_DATA) : join(root, '.linewatch');
  const run = readRunFile(data);
  const found =
    run && isAlive(run.launcher)
      ? {
          LINEWATCH_NATS_URL: env.LINEWATCH_NATS_URL || run.natsUrl,
          LINEWATCH_REDIS_URL: env.LINEWATCH_REDIS_URL || run.redisUrl,
          LINEWATCH_PREFIX: env.LINEWATCH_PREFIX || run.prefix,
        }
      : {};
  return { ...found, LINEWATCH_DATA: data };
}

try {
  if (!existsSync(join(root, entry))) throw new Error(`this clone has no console (${entry})`);
  installDependencies((line) => console.error(`linewatch: ${line}`));
  const { linewatch: program } = await bundle({ linewatch: entry });
  Object.assign(process.env, whereTheSystemIs(process.env));
  process.argv[1] = program;
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(program).href);
} catch (error) {
  console.error(`linewatch: ${error.message}`);
  process.exitCode = 1;
}
