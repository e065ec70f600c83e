import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROVIDERS } from '../../src/llm/providers.ts'

/* A secret of its own for every place that takes one, so that a trace tells where it came from; and the search for traces. */

/** No pattern knows it: only because it was configured is it a secret. It looks different in JSON, URLs and base64. */
function newSecret(): string {
  return `${randomBytes(12).toString('hex')}+/${randomBytes(9).toString('hex')}"=`
}

/** Variables that are put into what tools send, and into the settings of tool servers. */
const OF_TOOLS = ['EXA_API_KEY', 'TOOL_SECRET', 'SERVER_VARIABLE', 'SERVER_HEADER']

/** Every variable that takes a key, by its name. */
export const SECRETS: Readonly<Record<string, string>> = Object.fromEntries(
  [...PROVIDERS.flatMap(({ keyVariables }) => keyVariables), 'RECOLLECT_TOKEN', ...OF_TOOLS].map(
    (variable) => [variable, newSecret()],
  ),
)

/** Half of a key is still too much. */
const PART = 12

/** How a secret looks that somebody wrote down in another way. */
export function formsOf(secret: string): readonly string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('hex'),
    // The text before it in the same base64 shifts it by none, one or two bytes.
    ...[0, 2, 3].map((skipped, before) => {
      const shifted = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
      return shifted.toString('base64url').slice(skipped, -2)
    }),
    secret.slice(0, PART),
    secret.slice(-PART),
  ]
}

/** Where which secret shows, in letters of either case; `texts` by what they are. */
export function tracesIn(texts: Readonly<Record<string, string>>): readonly string[] {
  const forms = Object.entries(SECRETS).flatMap(([variable, secret]) =>
    formsOf(secret).map((form) => ({ variable, form: plain(form) })),
  )
  return Object.entries(texts).flatMap(([name, text]) => {
    const searched = plain(text)
    return forms.flatMap(({ variable, form }) => {
      const at = searched.indexOf(form)
      return at < 0
        ? []
        : [`${variable} in ${name}: …${searched.slice(Math.max(0, at - 80), at + 60)}…`]
    })
  })
}

/** Both alphabets of base64 are one. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll('-', '+').replaceAll('_', '/')
}

/** Every byte of every file below the directory. */
export function filesIn(directory: string): Readonly<Record<string, string>> {
  if (!existsSync(directory)) return {}
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    files.flatMap((file) => {
      const path = join(file.parentPath, file.name)
      return file.isFile() ? [[path, readFileSync(path, 'latin1')]] : []
    }),
  )
}
