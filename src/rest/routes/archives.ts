import { z } from 'zod'
import { type Route, route } from '../call/route.ts'
import { presentArchive } from '../present/passage.ts'
import { readBody } from '../read/body.ts'

const newArchive = z.object({ name: z.string(), description: z.string().optional() })
const archivePatch = newArchive.partial()

export const archiveRoutes: readonly Route[] = [
  route('GET', '/v1/archives', 'read', async ({ query, context }) => {
    const found = await context.archives.walk({
      ...query.walk({ order: 'desc', limit: 50 }),
      name: query.text('name'),
      agent: query.text('agent_id'),
    })
    return found.map(presentArchive)
  }),

  route('POST', '/v1/archives', 'write', async ({ body, context }) =>
    presentArchive(await context.archives.create(readBody(newArchive, body))),
  ),

  route('GET', '/v1/archives/{archive_id}', 'read', async ({ params, context }) =>
    presentArchive(await context.archives.get(params.archive_id)),
  ),

  route('PATCH', '/v1/archives/{archive_id}', 'write', async ({ params, body, context }) => {
    const { name, description } = readBody(archivePatch, body)
    const changes = {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
    }
    return presentArchive(await context.archives.update(params.archive_id, changes))
  }),

  route('DELETE', '/v1/archives/{archive_id}', 'admin', async ({ params, context }) => {
    await context.archives.remove(params.archive_id)
    return null
  }),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/archives/attach/{archive_id}',
    'write',
    async ({ params, context }) => {
      await context.archives.attach(params.agent_id, params.archive_id)
      return null
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/archives/detach/{archive_id}',
    'write',
    async ({ params, context }) => {
      await context.archives.detach(params.agent_id, params.archive_id)
      return null
    },
  ),
]
