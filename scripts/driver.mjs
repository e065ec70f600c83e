// better-sqlite3 as this Node loads it, for scripts; src/storage/sqlite/native.ts says why there are two.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

export const isNode20 = Number(process.versions.node.split('.')[0]) < 22
export const node20 = join(root, 'node_modules/.node20')

/** Where it belongs; looked for by name, Node 20 would find the one that ends it. */
const driver = join(isNode20 ? node20 : root, 'node_modules/better-sqlite3')

/** Throws if it is not installed. */
export function requireDriver() {
  return createRequire(import.meta.url)(driver)
}

/** For programs that esbuild makes of TypeScript and that leave packages where they are. */
export const driverOutside = {
  name: 'driver-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^better-sqlite3$/ }, () => ({
      path: pathToFileURL(createRequire(import.meta.url).resolve(driver)).href,
      external: true,
    }))
  },
}
