/**
 * The last words of .ci/run: `N passed, N failed, N skipped` on a line alone, from vitest's JSON report.
 * Usage: summarise-tests.mjs REPORT CHECK-STATUS TEST-STATUS. Exit code 0 only when something ran and nothing failed.
 */
import { readFileSync } from 'node:fs'

const [report, checked, tested] = process.argv.slice(2)
let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numFailedTestSuites: 0 }
try {
  counts = { ...counts, ...JSON.parse(readFileSync(report, 'utf8')) }
} catch (error) {
  console.log(`The tests left no report: ${error.message}`)
}
const passed = counts.numPassedTests
const skipped = counts.numPendingTests + counts.numTodoTests
// A test file that does not load, or checks that do not hold, count as one failure when no test of theirs does.
const failed = counts.numFailedTests || (tested !== '0' || counts.numFailedTestSuites > 0 || passed === 0 ? 1 : 0)
if (checked !== '0') console.log('npm run check failed: its complaints are above')
console.log(`\n${passed} passed, ${failed + (checked !== '0' ? 1 : 0)} failed, ${skipped} skipped`)
process.exit(failed === 0 && checked === '0' && passed > 0 ? 0 : 1)
