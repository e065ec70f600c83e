import { defineConfig } from 'vitest/config'
import { findDriver } from './src/storage/sqlite/native.ts'

export default defineConfig({
  // Tests that look into a file by themselves get the one that this Node loads.
  resolve: { alias: [{ find: /^better-sqlite3$/, replacement: findDriver() }] },
  test: {
    include: ['test/**/*.test.ts'],
    // These need a browser: npm run test:page.
    exclude: ['test/page/**', 'node_modules/**'],
    globalSetup: 'test/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
    // Most of them wait for processes and timers of their own, so two at a time are well served by two cores.
    maxWorkers: 2,
  },
})
