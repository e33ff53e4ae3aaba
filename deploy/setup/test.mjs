/**
 * `npm test`: makes sure that the dependencies are there, runs the tests of one price or of all that exist, and closes
 * with one plain line of totals. Exit code 0 only when every test passed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDependencies } from './install.mjs';
import { root } from './paths.mjs';

/** The jest projects, cheapest first: `npm test` runs all, `npm test -- unit` one. */
const prices = ['unit', 'int', 'system'];

installDependencies((line) => console.error(`npm test: ${line}`));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((price) => !prices.includes(price));
if (unknown.length > 0) {
  console.error(`npm test: there are no tests called ${unknown.join(', ')}; known are ${prices.join(', ')}`);
  process.exit(2);
}
const total = { passed: 0, failed: 0 };
for (const price of wanted.length > 0 ? wanted : prices) {
  const result = runJest(price);
  total.passed += result.passed;
  total.failed += result.failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/** Runs one jest project. A suite that could not even start counts as one failure. */
function runJest(price) {
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-test-'));
  const report = join(folder, 'report.json');
  try {
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    const args = [jest, '-c', 'jest.config.js', '--selectProjects', price, '--json', `--outputFile=${report}`];
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    if (!existsSync(report)) return { passed: 0, failed: 1 };
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: status === 0 ? failed : Math.max(1, failed) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
