import { defineConfig } from 'vitest/config'

/* The page in a real browser, against the built server. Needs `npm run build` and a Chromium. */
export default defineConfig({
  test: {
    include: ['test/page/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
    expect: { poll: { timeout: 15_000 } },
    // Each has a browser, a server and a provider of its own.
    maxWorkers: 1,
  },
})
