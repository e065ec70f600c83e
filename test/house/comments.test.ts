import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const FOLDERS = ['src', 'test', 'bench', 'scripts']
const FOLDERS_OF_OTHERS = /(?:^|[\\/])node_modules[\\/]/
const RIDDLE = /^\s*(?:\/\/|\/\*\*?|\*)\W*(?:What|Of|Whoever|Who)\b/
const RIDDLE_IN_SHELL = /^\s*#\W*(?:What|Of|Whoever|Who)\b/

/* Such a beginning names a thing by a clause about it. "The tools that a model sees" is read once. */
test.each(FOLDERS)('no comment in %s begins with What, Of, Who or Whoever', (folder) => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.([cm]?[jt]sx?|sh|py|css)$/.test(file) && !FOLDERS_OF_OTHERS.test(file),
  )
  expect(files).not.toEqual([])
  const found = files.flatMap((file) => {
    const riddle = file.endsWith('.sh') ? RIDDLE_IN_SHELL : RIDDLE
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    return lines.flatMap((line, at) =>
      riddle.test(line) ? `${join(folder, file)}:${at + 1} ${line.trim()}` : [],
    )
  })
  expect(found, 'Begin the comment with the noun that it explains, or with a verb').toEqual([])
})
