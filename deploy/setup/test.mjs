/**
 * `npm test`: makes sure that the dependencies are there, runs the tests of one price or of all that exist, and closes
 * with one plain line of totals. Exit code 0 only when every test passed.
 */
import { installDependencies } from './install.mjs';
import { runJest } from './jest.mjs';

/** The jest projects, cheapest first: `npm test` runs all, `npm test -- unit` one. */
const prices = ['unit', 'int', 'system'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((price) => !prices.includes(price));
if (unknown.length > 0) {
  console.error(`npm test: there are no tests called ${unknown.join(', ')}; known are ${prices.join(', ')}`);
  process.exit(2);
}
installDependencies((line) => console.error(`npm test: ${line}`));
const total = { passed: 0, failed: 0 };
for (const price of wanted.length > 0 ? wanted : prices) {
  const result = runJest(price);
  total.passed += result.passed;
  total.failed += result.failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
