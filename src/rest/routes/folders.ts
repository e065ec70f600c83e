import { z } from 'zod'
import type { Caller } from '../../core/access.ts'
import { UserError } from '../../core/errors.ts'
import { FILE_TOOLS } from '../../core/tool.ts'
import type { McpContext } from '../../service/context.ts'
import { DUPLICATES } from '../../service/folders-port.ts'
import { type Route, route } from '../call/route.ts'
import { presentFile, presentFileOfAgent, presentFolder } from '../present/folder.ts'
import { readBody, record } from '../read/body.ts'
import { pageOfIds } from '../read/page-of-ids.ts'
import { sentFile } from '../read/sent-file.ts'
import { agentState } from './agent-state.ts'

/* Folders of files. Older clients call them sources. */

const folderPatch = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  instructions: z.string().optional(),
  metadata: record.optional(),
})
const newFolder = folderPatch.extend({ name: z.string() })
const uploadBody = z.object({ file: sentFile, name: z.string().optional() })
const duplicates = z.enum(DUPLICATES).default('suffix')

const NOT_OPEN =
  'Files do not stand open in the context here: the agent reads them with open_files, grep_files and semantic_search_files.'

const OLDEST = { order: 'asc', limit: 50 } as const
/** Chosen by hand. */
const MAX_FILES = 1_000

export const folderRoutes: readonly Route[] = [
  ...routesOf('folders'),
  ...routesOf('sources'),

  route('GET', '/v1/agents/{agent_id}/files', 'read', async ({ params, query, context }) => {
    const files = await context.folders.filesOfAgent(params.agent_id)
    const isOpen = query.flag('is_open') === true
    const shown = isOpen ? [] : files.map(presentFileOfAgent)
    const walk = query.walk({ order: 'asc', limit: 20 })
    const page = pageOfIds(shown, ({ id }) => id, {
      ...walk,
      after: walk.after ?? query.text('cursor'),
    })
    const last = page.at(-1)
    const hasMore = last !== undefined && last.id !== shown.at(-1)?.id
    return { files: page, next_cursor: hasMore ? last.id : null, has_more: hasMore }
  }),

  ...(['open', 'close'] as const).map((verb) =>
    route(
      'PATCH',
      `/v1/agents/{agent_id}/files/{file_id}/${verb}`,
      'write',
      async ({ params, context }) => {
        const files = await context.folders.filesOfAgent(params.agent_id)
        throw files.some(({ file }) => file.id === params.file_id)
          ? new UserError('unsupported', NOT_OPEN)
          : new UserError('not_found', `The agent has no file ${params.file_id}.`)
      },
    ),
  ),
  route('PATCH', '/v1/agents/{agent_id}/files/close-all', 'write', async ({ params, context }) => {
    await context.agents.find(params.agent_id)
    // None is open.
    return []
  }),
]

function routesOf(base: 'folders' | 'sources'): readonly Route[] {
  return [
    route('GET', `/v1/${base}`, 'read', async ({ query, context }) => {
      const found = await context.folders.walk({ ...query.walk(OLDEST), name: query.text('name') })
      return found.map(presentFolder)
    }),

    route('GET', `/v1/${base}/count`, 'read', async ({ context }) => countFolders(context)),

    route('POST', `/v1/${base}`, 'write', async ({ body, context }) =>
      presentFolder(await context.folders.create(readBody(newFolder, body))),
    ),

    route('GET', `/v1/${base}/{folder_id}`, 'read', async ({ params, context }) =>
      presentFolder(await context.folders.get(params.folder_id)),
    ),

    route('PATCH', `/v1/${base}/{folder_id}`, 'write', async ({ params, body, context }) =>
      presentFolder(await context.folders.update(params.folder_id, readBody(folderPatch, body))),
    ),

    route('DELETE', `/v1/${base}/{folder_id}`, 'admin', async ({ params, context }) => {
      await context.folders.remove(params.folder_id)
      return null
    }),

    route('GET', `/v1/${base}/{folder_id}/agents`, 'read', async ({ params, context }) => {
      const { holders } = await context.folders.get(params.folder_id)
      return holders.map(({ agentId }) => agentId)
    }),

    ...filesOf(base),
    ...agentsOf(base),
  ]
}

function filesOf(base: 'folders' | 'sources'): readonly Route[] {
  return [
    route('GET', `/v1/${base}/{folder_id}/files`, 'read', async ({ params, query, context }) => {
      const { after, limit } = query.walk({ order: 'asc', limit: MAX_FILES })
      const files = await context.folders.files(params.folder_id, { after, limit })
      return files.map((file) => presentFile(file))
    }),

    route(
      'GET',
      `/v1/${base}/{folder_id}/files/{file_id}`,
      'read',
      async ({ params, query, context }) => {
        const { folder_id, file_id } = params
        const file = await context.folders.file(folder_id, file_id)
        const wantsText = query.flag('include_content') === true
        return presentFile(file, wantsText ? await context.folders.text(folder_id, file_id) : null)
      },
    ),

    route(
      'POST',
      `/v1/${base}/{folder_id}/upload`,
      'write',
      async ({ params, query, body, context }) => {
        const folder = await context.folders.get(params.folder_id)
        const { file, name } = readBody(uploadBody, body)
        const handling = duplicates.safeParse(query.text('duplicate_handling'))
        if (!handling.success)
          throw new UserError(
            'invalid_argument',
            `duplicate_handling is one of ${DUPLICATES.join(', ')}.`,
          )
        const uploaded = await context.folders.upload(folder.archive.id, {
          name: query.text('name') ?? name ?? file.file_name,
          data: file.base64,
          duplicates: handling.data,
        })
        return presentFile(uploaded)
      },
    ),

    route('DELETE', `/v1/${base}/{folder_id}/{file_id}`, 'write', async ({ params, context }) => {
      await context.folders.removeFile(params.folder_id, params.file_id)
      return null
    }),
  ]
}

function agentsOf(base: 'folders' | 'sources'): readonly Route[] {
  return [
    route('GET', `/v1/agents/{agent_id}/${base}`, 'read', async ({ params, query, context }) => {
      const walk = { ...query.walk(OLDEST), agent: params.agent_id }
      return (await context.folders.walk(walk)).map(presentFolder)
    }),

    route(
      'PATCH',
      `/v1/agents/{agent_id}/${base}/attach/{folder_id}`,
      'write',
      async ({ params, context, caller }) => {
        const id = await context.folders.attach(params.agent_id, params.folder_id)
        await giveFileTools(context, id, caller)
        return agentState(context, await context.agents.get(id))
      },
    ),

    route(
      'PATCH',
      `/v1/agents/{agent_id}/${base}/detach/{folder_id}`,
      'write',
      async ({ params, context }) => {
        const id = await context.folders.detach(params.agent_id, params.folder_id)
        return agentState(context, await context.agents.get(id))
      },
    ),
  ]
}

/** An agent gets them with its first folder, as Letta's does. */
async function giveFileTools({ agents }: McpContext, id: string, caller: Caller): Promise<void> {
  const { tools } = await agents.find(id)
  const given = [...new Set([...tools, ...FILE_TOOLS])]
  if (given.length > tools.length)
    await agents.update(id, { tools: given, keepsMissingTools: true }, caller)
}

async function countFolders({ folders }: McpContext): Promise<number> {
  let count = 0
  for (let after: string | undefined; ; ) {
    const page = await folders.walk({ order: 'asc', limit: MAX_FILES, after })
    count += page.length
    const last = page.at(-1)
    if (!last || page.length < MAX_FILES) return count
    after = last.archive.id
  }
}
