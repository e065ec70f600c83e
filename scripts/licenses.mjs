// Collects the licences of the packages in a bundle.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

/** @param files paths, absolute or from the root, as esbuild names what it has read */
export function licensesOf(files) {
  const directories = files.flatMap((file) => {
    const directory = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]
    return directory === undefined ? [] : [resolve(root, directory)]
  })
  const texts = [...new Set(directories)].sort().map((directory) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    )
    const file = readdirSync(directory).find((file) => /^licen[cs]e/i.test(file))
    const text = file === undefined ? license : readFileSync(join(directory, file), 'utf8').trim()
    return `${name} ${version}\n\n${text}\n`
  })
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const own = `${name} ${version}\n\n${readFileSync(join(root, 'LICENSE'), 'utf8')}`
  return [own, ...texts].join(`\n${'-'.repeat(80)}\n\n`)
}
