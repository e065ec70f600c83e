import type { Agent } from '../../core/agent.ts'
import type { AgentView } from '../../core/agent-view.ts'
import { UserError } from '../../core/errors.ts'
import { excerpt } from '../../core/text.ts'
import type { McpContext } from '../../service/context.ts'
import { openCursor, sealCursor } from '../call/sealed-cursor.ts'
import { agent } from './agent.ts'
import { agentMemory } from './agent-memory.ts'
import { agents } from './agents.ts'
import { expandUri, type Resource } from './define-resource.ts'
import { jobs } from './jobs.ts'
import { memoryBlock } from './memory-block.ts'
import { runs } from './runs.ts'
import { tools } from './tools.ts'

/** Agents per page, each listed with its blocks; chosen by hand. */
const PAGE = 25
/** List name that its cursors are bound to. */
const LIST = 'resources/list'

export interface ListedResource {
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly description?: string
  readonly mimeType: string
}

export interface ResourcePage {
  readonly resources: readonly ListedResource[]
  readonly nextCursor?: string
}

/** Lists agents with their blocks, and runs, tools and jobs as a whole. Everything else is reached through templates. */
export async function listResources(context: McpContext, cursor?: string): Promise<ResourcePage> {
  const opened = cursor === undefined ? undefined : await openCursor(cursor, LIST, context)
  const page = await context.agents.list({ limit: PAGE, cursor: opened })
  const views = await Promise.all(page.items.map((item) => viewOf(item, context)))
  const listed = views.flatMap((view) => (view === undefined ? [] : resourcesOf(view)))
  const first = cursor === undefined ? [agents, runs, tools, jobs].map(withoutRead) : []
  return {
    resources: [...first, ...listed],
    ...(page.nextCursor !== undefined && {
      nextCursor: await sealCursor(page.nextCursor, LIST, context),
    }),
  }
}

function withoutRead({ uri, name, title, description, mimeType }: Resource): ListedResource {
  return { uri, name, title, description, mimeType }
}

/** Undefined if the agent was deleted after the page was read. */
async function viewOf({ id }: Agent, context: McpContext): Promise<AgentView | undefined> {
  try {
    return await context.agents.get(id)
  } catch (error) {
    if (error instanceof UserError && error.code === 'not_found') return undefined
    throw error
  }
}

function resourcesOf(view: AgentView): readonly ListedResource[] {
  const { id, name, description } = view.agent
  const about = excerpt(description, 200)
  return [
    {
      uri: expandUri(agent.uri, { agent_id: id }),
      name,
      title: name,
      ...(about !== '' && { description: about }),
      mimeType: agent.mimeType,
    },
    {
      uri: expandUri(agentMemory.uri, { agent_id: id }),
      name: `${name}/memory`,
      title: `Memory of ${name}`,
      mimeType: agentMemory.mimeType,
    },
    ...view.blocks.map((block) => ({
      uri: expandUri(memoryBlock.uri, { agent_id: id, label: block.label }),
      name: `${name}/memory/${block.label}`,
      title: `${block.label} of ${name}`,
      ...(block.description !== '' && { description: excerpt(block.description, 200) }),
      mimeType: memoryBlock.mimeType,
    })),
  ]
}
