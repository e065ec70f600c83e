// Turns prompts/*.md into src/generated/prompts.ts, so that the built binary needs no file beside itself.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { write } from './generated.mjs'

const root = new URL('../', import.meta.url)
const source = new URL('prompts/', root)
const target = fileURLToPath(new URL('src/generated/prompts.ts', root))

const names = readdirSync(source)
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -'.md'.length))
  .sort()

// Trailing white space is not part of a prompt.
const entries = names.map((name) => {
  const text = readFileSync(new URL(`${name}.md`, source), 'utf8')
    .replaceAll('\r\n', '\n')
    .trimEnd()
  return `  ${JSON.stringify(name)}: ${JSON.stringify(text)},\n`
})
const module = `// Written by scripts/embed-prompts.mjs from prompts/*.md. Edit those.\nexport const PROMPTS = {\n${entries.join('')}} as const\n`

write(target, module)
