import { PROMPTS } from '../../generated/prompts.ts'

export interface ToolTexts {
  readonly description: string
  /** By parameter name. */
  readonly parameters: ReadonlyMap<string, string>
}

const SECTIONS = new Map(
  PROMPTS['inner-tools']
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [name = '', ...lines] = section.split('\n')
      return [name.trim(), lines] as const
    }),
)

/** Texts of a tool from `prompts/inner-tools.md`: its description, then a line `- name: text` for each parameter. */
export function toolTexts(name: string): ToolTexts {
  const lines = SECTIONS.get(name)
  if (!lines) throw new Error(`prompts/inner-tools.md has no section "${name}"`)
  const parameters = lines.flatMap((line) => {
    const match = /^- (\w+): (.+)$/.exec(line)
    return match?.[1] && match[2] ? [[match[1], match[2]] as const] : []
  })
  const description = lines.filter((line) => line !== '' && !line.startsWith('- ')).join(' ')
  return { description, parameters: new Map(parameters) }
}
