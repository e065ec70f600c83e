// better-sqlite3 as this Node loads it, for scripts; src/storage/sqlite/native.ts says why there are two.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

/** The version that this Node loads. */
export const version = Number(process.versions.node.split('.')[0]) < 22 ? 12 : 13
/** Directory where scripts/prepare-native.mjs installs a version. */
export const placeOf = (version) => join(root, `node_modules/.sqlite-${version}`)
export const packageOf = (version) => join(placeOf(version), 'node_modules/better-sqlite3')

/** Throws if the version is not installed. */
export function requireDriver() {
  return createRequire(import.meta.url)(packageOf(version))
}

/** esbuild options for programs that use packages from node_modules. */
export const driverOutside = {
  name: 'driver-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^better-sqlite3$/ }, () => ({
      path: pathToFileURL(createRequire(import.meta.url).resolve(packageOf(version))).href,
      external: true,
    }))
  },
}

/** The code of the drivers that are installed, by version; src/storage/sqlite/driver-at.ts adds the binary. */
export const driversInside = {
  name: 'drivers-inside',
  setup({ onLoad, onResolve }) {
    // Finds the binary, which is given.
    onResolve({ filter: /^bindings$/ }, ({ path }) => ({ path, external: true }))
    onLoad({ filter: /[\\/]storage[\\/]sqlite[\\/]bundled-drivers\.ts$/ }, () => {
      const found = [12, 13].map(packageOf).filter((folder) => existsSync(folder))
      const fields = found.map((folder) => {
        const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        return `${JSON.stringify(version)}: () => require(${JSON.stringify(folder)})`
      })
      return { contents: `export const BUNDLED = { ${fields.join(', ')} }`, resolveDir: root }
    })
  },
}
