/** End-to-end tests: a real browser against the built app. The start script builds it first (`npm test -- --e2e`). */
import { defineConfig } from '@playwright/test'
import { browserLaunchOptions } from './test/support/browser.ts'

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/e2e',
  fullyParallel: false,
  workers: 2,
  // A test that passes the second time is a defect of the test or of the product; it is not hidden.
  retries: 0,
  timeout: 120_000,
  // How long a state may take to come on a busy machine: patience, not a measurement.
  expect: { timeout: 20_000 },
  use: {
    headless: true,
    launchOptions: await browserLaunchOptions(),
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
})
