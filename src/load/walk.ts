import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'

/** A file of a folder; `skipped` says why it is not read. */
export interface FoundFile {
  /** Path within the folder, with slashes. Files come in the order of their keys. */
  readonly key: string
  readonly path: string
  readonly skipped?: string
}

/** Never loaded, whatever is in them. */
const ALWAYS_IGNORED = ['.git/', '.hg/', '.svn/', 'node_modules/', '.DS_Store', '.gitignore']

/** Bytes of one `.gitignore`; a longer one is not heeded. Chosen by hand. */
const MAX_RULES_BYTES = 1_000_000

interface Rules {
  /** Folder of the rules, within the walked one: `a/b/`, or empty. */
  readonly base: string
  readonly rules: Ignore
}

/**
 * The files of a folder and its folders, in the order of their keys, without those that its `.gitignore` files name.
 * Symbolic links are not followed: one may lead out of the folder.
 */
export async function* walk(folder: string): AsyncGenerator<FoundFile> {
  yield* within(folder, '', [{ base: '', rules: ignore().add(ALWAYS_IGNORED) }])
}

async function* within(
  folder: string,
  base: string,
  above: readonly Rules[],
): AsyncGenerator<FoundFile> {
  const own = await readRules(join(folder, '.gitignore'))
  const rules = own === undefined ? above : [...above, { base, rules: ignore().add(own) }]
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (!entries) {
    yield { key: base || '.', path: folder, skipped: 'The folder can not be read.' }
    return
  }
  // As the keys of what is in them compare, so that the order of files is that of their keys.
  const named = entries.map((entry) => ({
    entry,
    name: entry.isDirectory() ? `${entry.name}/` : entry.name,
  }))
  for (const { entry, name } of named.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const key = base + name
    if (isIgnored(key, rules)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* within(path, key, rules)
    else if (entry.isSymbolicLink())
      yield { key, path, skipped: 'It is a symbolic link, and those are not followed.' }
    else if (entry.isFile()) yield { key, path }
  }
}

async function readRules(path: string): Promise<string | undefined> {
  const handle = await openFile(path)
  if (!handle) return undefined
  try {
    const { size } = await handle.stat()
    return size > MAX_RULES_BYTES ? undefined : await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** The last rule that says something decides, as in git. */
function isIgnored(key: string, above: readonly Rules[]): boolean {
  let ignored = false
  for (const { base, rules } of above) {
    const tested = rules.test(key.slice(base.length))
    if (tested.ignored) ignored = true
    if (tested.unignored) ignored = false
  }
  return ignored
}

/** Opens a regular file, and never through a symbolic link. Undefined: it is none any more. */
export async function openFile(path: string): Promise<FileHandle | undefined> {
  const found = await lstat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  return open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined)
}
