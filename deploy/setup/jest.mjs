/** One jest project run to its end, and counted. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.mjs';

/** Whole systems one after the other: they share the machine's cores with the phones that try them. */
const oneAtATime = ['system', 'peers'];

/**
 * Runs one project of jest.config.js. A suite that could not even start counts as one failure.
 * @param {string} project
 * @param {Record<string, string | undefined>} [env]
 * @returns {{ passed: number, failed: number }}
 */
export function runJest(project, env = process.env) {
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-test-'));
  const report = join(folder, 'report.json');
  try {
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    const how = oneAtATime.includes(project) ? ['--runInBand'] : [];
    const args = [
      jest,
      '-c',
      'jest.config.js',
      ...how,
      '--json',
      `--outputFile=${report}`,
      '--selectProjects',
      project,
    ];
    const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (!existsSync(report)) return { passed: 0, failed: 1 };
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: status === 0 ? failed : Math.max(1, failed) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
