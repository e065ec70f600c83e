import { PROMPTS } from '../../generated/prompts.ts'

const SECTIONS = new Map(
  PROMPTS['tool-rules']
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n')
      return [section.slice(0, end).trim(), section.slice(end).trim()] as const
    }),
)

/** A sentence of `prompts/tool-rules.md`, its names filled in. */
export function ruleText(name: string, fields: Readonly<Record<string, string>> = {}): string {
  const text = SECTIONS.get(name)
  if (text === undefined) throw new Error(`prompts/tool-rules.md has no section "${name}"`)
  return text.replace(/\{([A-Z]+)\}/g, (_, field: string) => {
    const value = fields[field]
    if (value === undefined) throw new Error(`"${name}" of prompts/tool-rules.md needs ${field}`)
    return value
  })
}

/** `a, b or c`, each once. */
export function listed(names: readonly string[], word: 'and' | 'or'): string {
  const unique = [...new Set(names)]
  const last = unique.at(-1) ?? ''
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(', ')} ${word} ${last}`
}
