import { defineConfig } from 'vitest/config'

/** Where .ci/run wants the results as JSON too. */
const report = process.env.ADIT_TEST_REPORT

export default defineConfig({
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests start servers and processes of their own: more at once only makes them wait for each other.
    maxWorkers: 2,
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
