// Turns prompts/*.md into src/generated/prompts.ts, so that the built binary needs no file beside itself.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const source = new URL('prompts/', root)
const target = new URL('src/generated/prompts.ts', root)

const names = readdirSync(source)
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -'.md'.length))
  .sort()

// A prompt ends with its last word, whatever the editor put after it.
const entries = names.map((name) => {
  const text = readFileSync(new URL(`${name}.md`, source), 'utf8')
    .replaceAll('\r\n', '\n')
    .trimEnd()
  return `  ${JSON.stringify(name)}: ${JSON.stringify(text)},\n`
})
const module = `// Written by scripts/embed-prompts.mjs from prompts/*.md. Edit those.\nexport const PROMPTS = {\n${entries.join('')}} as const\n`

if (read(target) !== module) {
  mkdirSync(new URL('.', target), { recursive: true })
  writeFileSync(target, module)
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
