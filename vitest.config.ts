/**
 * Unit, contract, flow and attack tests. They run the source as it stands on Node.js: flow tests start whole nodes and their
 * child processes (`node src-main/*.ts`), so nothing may depend on a transformation that only the test runner makes.
 */
import { defineConfig } from 'vitest/config'
import { runtimeWithoutTelemetry } from './src-main/base/child.ts'

const project = (name: string, testTimeout: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    // How long a state may take to come on a busy machine: patience, not a measurement.
    expect: { poll: { timeout: testTimeout / 2 } },
  },
})

export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: './test/support/run-folder.ts',
    env: runtimeWithoutTelemetry, // tests load the runtime into their own process as well
    // Native addons and file locks belong to a process: one each, and two at a time leave room for their children.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      project('unit', 60_000),
      project('contract', 60_000),
      project('flow', 120_000),
      project('attack', 120_000),
    ],
  },
})
