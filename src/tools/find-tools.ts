import { defineInnerTool } from '../agent/tools/define-inner-tool.ts'
import type { InnerTool } from '../agent/tools/inner-tool.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import { filled } from '../core/filled.ts'
import { LIMITS } from '../core/limits.ts'
import type { AttachedTool } from '../core/stored-tool.ts'
import { excerpt } from '../core/text.ts'
import { FIND_TOOLS } from '../core/tool.ts'
import { rankTools } from './rank-tools.ts'

/** Tools that one question brings. Chosen by hand. */
const FOUND_AT_ONCE = 5
/** Tools whose schemas the model sees at most; the one found first leaves first. Chosen by hand. */
const MAX_FOUND = 20
/** Tokens of the list of names. A server of 200 tools costs a model at most 1,500 tokens in all (issue 20). */
const LIST_TOKENS = 1_100
/** Between the name of a server and that of its tool. */
const SEPARATOR = '__'
/** Characters of the line about each tool, the longest that fits. Chosen by hand. */
const LINE_CHARACTERS = [100, 60, 30, 0]

/** The tool `find_tools` of an agent with many tools; its description lists them. */
export function findTools(attached: readonly AttachedTool[]): InnerTool {
  const tool = defineInnerTool({
    name: FIND_TOOLS,
    effect: 'database',
    parameters: { query: filled(LIMITS.query) },
    prepare: ({ query }) =>
      rankTools(
        query,
        attached.map((one) => one.tool),
      ).slice(0, FOUND_AT_ONCE),
    async apply(tx, found, { agent }) {
      if (found.length === 0) {
        return 'None of your tools fits these words. Ask with others, or with the name of a tool.'
      }
      const seen = (await tx.tools.ofAgent(agent.id))
        .filter(({ loaded }) => loaded > 0)
        .toSorted((a, b) => a.loaded - b.loaded)
        .map((one) => one.tool.id)
      const ids = [...new Set([...seen, ...found.map(({ id }) => id)])]
      await tx.tools.setLoaded(agent.id, ids.slice(-MAX_FOUND))
      const lines = found.map(({ name, description }) => `${name}: ${excerpt(description, 200)}`)
      return `From the next step on you can call:\n${lines.join('\n')}`
    },
  })
  return { ...tool, description: `${tool.description} You have:\n${listOf(attached)}` }
}

/** Names with a line of each description, as long as there is room for. */
function listOf(attached: readonly AttachedTool[]): string {
  const lists = LINE_CHARACTERS.map((characters) =>
    attached.map(({ tool: { name, description } }) => {
      const line = excerpt(description.split('\n')[0] ?? '', characters)
      return characters === 0 || line === '' ? name : `${name}: ${line}`
    }),
  )
  const fitting = lists.find((lines) => estimateTokens(lines.join('\n')) <= LIST_TOKENS)
  if (fitting) return fitting.join('\n')
  const names = attached.map(({ tool }) => tool.name)
  let count = names.length
  while (count > 0 && estimateTokens(byServer(names.slice(0, count))) > LIST_TOKENS) {
    count = Math.floor(count * 0.95)
  }
  const more = names.length - count
  return `${byServer(names.slice(0, count))}${more > 0 ? `\nand ${more} more` : ''}`
}

/** A line for each server, whose name begins those of its tools and is written once. */
function byServer(names: readonly string[]): string {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const end = name.indexOf(SEPARATOR)
    const server = end < 0 ? '' : name.slice(0, end + SEPARATOR.length)
    groups.set(server, [...(groups.get(server) ?? []), name.slice(server.length)])
  }
  const lines = [...groups].map(([server, tools]) =>
    server === '' ? tools.join(', ') : `${server}… ${tools.join(', ')}`,
  )
  return lines.join('\n')
}
