import { defineConfig } from 'vitest/config'

/** Where .ci/run wants the results as JSON too. */
const report = process.env.ADIT_TEST_REPORT

export default defineConfig({
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/seeds.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A condition is waited for as long as a busy machine may take; it costs nothing when it holds sooner.
    expect: { poll: { timeout: 30_000, interval: 25 } },
    // Many tests start servers and processes of their own: more at once only makes them wait for each other.
    maxWorkers: 2,
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
