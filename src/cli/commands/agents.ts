import { openPresenters } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { countCharacters, excerpt } from '../../core/text.ts'
import { table } from '../terminal/table.ts'
import { type Asked, tell, tellJson } from '../terminal/tell.ts'
import { visibleLine } from '../terminal/visible.ts'
import { reading } from './with-context.ts'

/** Chosen by hand. */
const AT_ONCE = 100
const DESCRIPTION_CHARACTERS = 40

export async function listAgents(config: Config, { json = false }: Asked): Promise<void> {
  await reading(config, async ({ agents }) => {
    const all = []
    let cursor: string | undefined
    do {
      const page = await agents.list({ limit: AT_ONCE, cursor })
      all.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)

    if (json) {
      const { presentShortAgent } = await openPresenters()
      tellJson({ agents: all.map(presentShortAgent) })
    } else if (all.length === 0) {
      tell('There is no agent yet. recollect chat <name> --create makes one.')
    } else {
      const rows = all.map(({ name, model, createdAt, description, id }) => [
        name,
        model ?? 'default',
        createdAt.slice(0, 10),
        id,
        excerpt(description, DESCRIPTION_CHARACTERS),
      ])
      for (const line of table([['NAME', 'MODEL', 'CREATED', 'ID', 'DESCRIPTION'], ...rows])) {
        tell(line)
      }
    }
  })
}

export async function showAgent(
  config: Config,
  reference: string,
  { json = false }: Asked,
): Promise<void> {
  await reading(config, async ({ agents, models }) => {
    const view = await agents.get(reference)
    if (json) {
      const { presentAgent } = await openPresenters()
      return tellJson({ agent: presentAgent(view) })
    }
    const { agent, blocks, counts } = view
    const model =
      agent.model ?? `${(await models.describeDefault({ samples: false })).handle} (default)`
    const facts = {
      Name: agent.name,
      Id: agent.id,
      Description: agent.description,
      Type: agent.agentType,
      Model: model,
      Embedding: agent.embedding ?? '',
      Context: `${agent.contextWindow.toLocaleString('en')} tokens`,
      Tags: agent.tags.join(', '),
      Tools: agent.tools.join(', '),
      Remembers: `${counts.messages.toLocaleString('en')} messages, ${counts.passages.toLocaleString('en')} passages`,
      Created: agent.createdAt,
    }
    for (const [name, value] of Object.entries(facts)) {
      if (value !== '') tell(`${name.padEnd(12)} ${visibleLine(value)}`)
    }
    for (const { label, value, limit, readOnly } of blocks) {
      const size = `${countCharacters(value).toLocaleString('en')} of ${limit.toLocaleString('en')} characters`
      tell(`${'Block'.padEnd(12)} ${label}: ${size}${readOnly ? ', read-only' : ''}`)
    }
  })
}
