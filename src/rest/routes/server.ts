import { VERSION } from '../../core/version.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { presentModel } from '../present/agent.ts'
import { defaultHandle } from './agent-state.ts'

/** Shown for models whose window nobody told us; a run learns the true one from the provider. Chosen by hand. */
const ASSUMED_WINDOW = 128_000

/** Lists of things that this server has not, for clients that ask for them. */
const EMPTY_LISTS = ['identities', 'providers', 'messages/batches']

export const serverRoutes: readonly Route[] = [
  route('GET', '/v1/health', 'read', async () => ({ status: 'ok', version: VERSION })),

  route('GET', '/v1/models', 'read', async ({ context }) => (await handles(context)).map(modelOf)),

  route('GET', '/v1/models/embedding', 'read', async () => []),
  // As 0.0 asks for it.
  route('GET', '/v1/models/embeddings', 'read', async () => []),

  route('GET', '/v1/identities/count', 'read', async () => 0),

  route('GET', '/v1/tags', 'read', async ({ query, context }) => {
    const part = query.text('query_text')?.toLowerCase() ?? ''
    const after = query.text('after')
    const limit = query.number('limit') ?? 50
    const tags = (await context.agents.tags()).filter((tag) => tag.toLowerCase().includes(part))
    return tags.filter((tag) => after === undefined || tag > after).slice(0, limit)
  }),

  ...EMPTY_LISTS.map((name) => route('GET', `/v1/${name}`, 'read', async () => [])),
]

async function handles(context: McpContext): Promise<readonly string[]> {
  const offers = await context.models.offers({ samples: false })
  const offered = offers.flatMap(({ provider, models }) =>
    (models ?? []).map((model) => `${provider}/${model}`),
  )
  return [...new Set([await defaultHandle(context), ...offered])]
}

function modelOf(handle: string) {
  const { model, provider_name, ...config } = presentModel(handle, ASSUMED_WINDOW)
  return {
    ...config,
    name: model,
    display_name: model,
    model,
    provider_name,
    provider_type: provider_name,
    model_type: 'llm',
    max_context_window: ASSUMED_WINDOW,
  }
}
