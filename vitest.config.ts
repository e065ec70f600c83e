import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
    // Most of them wait for processes and timers of their own, so two at a time are well served by two cores.
    maxWorkers: 2,
  },
})
