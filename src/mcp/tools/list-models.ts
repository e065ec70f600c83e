import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { ModelPrice, ProviderOffer } from '../../core/model-offer.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import type { Sender } from '../../core/run.ts'
import type { ModelsPort } from '../../service/context.ts'
import { defineTool } from '../call/define-tool.ts'
import { presentCursor } from '../present/present.ts'
import { cursor, limit, query } from '../present/schema.ts'
import { answer, paged } from '../present/shapes.ts'

const provider = z.strictObject({
  name: z.string(),
  reachable: z.boolean(),
  /** Number of models the provider lists. */
  models: z.int().optional(),
})

/** In US dollars per million tokens. */
const price = z.strictObject({
  model: z.string(),
  input_usd: z.number(),
  output_usd: z.number(),
  cached_input_usd: z.number().optional(),
})

/** One is learnt of at a time; of more than these only `doctor` tells. Chosen by hand. */
const MAX_LEARNED = 20

export const listModels = defineTool({
  name: 'list_models',
  title: 'List models',
  description:
    'Lists the models that agents can use: which one by default and why, which providers are set up and answer, and ' +
    'what these offer, as provider/model for the argument model of an agent, with prices per million tokens where the ' +
    'provider tells them.',
  input: z.strictObject({
    query: query.describe('Part of provider/model').optional(),
    limit: limit(20),
    cursor,
  }),
  output: answer({
    default_model: z.string(),
    reason: z.string(),
    providers: z.array(provider),
    models: z.array(z.string()),
    /** For those of `models` that their provider prices; none is guessed. */
    prices: z.array(price),
    /** Model-specific changes to requests, learned from refusals. */
    learned: z.array(z.strictObject({ model: z.string(), abilities: z.array(z.string()) })),
    ...paged,
  }),
  scope: 'read',
  // Open world: it calls the providers.
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  pinned: true,
  pages: 'models',
  async run({ query = '', limit, cursor }, context, { client }) {
    const sender = { samples: client?.takes('sampling') ?? false }
    const [offset = 0] = decodeCursor(cursor) ?? []
    const [offers, learnt, choice] = await Promise.all([
      context.models.offers(sender),
      context.models.learnt(),
      describeDefault(context.models, sender),
    ])
    const handles = offers
      .flatMap(({ provider, models }) => (models ?? []).map((model) => `${provider}/${model}`))
      .filter((each) => each.toLowerCase().includes(query.toLowerCase()))
    const rows = handles.slice(offset, offset + limit + 1)
    const page = pageOf(
      rows,
      limit,
      (each) => each,
      () => [offset + limit],
    )
    return {
      ...choice,
      providers: offers.map(({ provider, models }) => ({
        name: provider,
        reachable: models !== null,
        ...(models !== null && { models: models.length }),
      })),
      models: [...page.items],
      ...presentPrices(offers, page.items),
      learned: learnt
        .filter(({ handle }) => handle.toLowerCase().includes(query.toLowerCase()))
        .slice(0, MAX_LEARNED)
        .map(({ handle, abilities }) => ({ model: handle, abilities: [...abilities] })),
      ...presentCursor(page),
    }
  },
})

function presentPrices(offers: readonly ProviderOffer[], handles: readonly string[]) {
  const known = offers.flatMap(({ provider, prices }) =>
    [...(prices ?? [])].map(([model, price]) => [`${provider}/${model}`, price] as const),
  )
  const byHandle = new Map<string, ModelPrice>(known)
  const prices = handles.flatMap((model) => {
    const one = byHandle.get(model)
    if (!one) return []
    const { input, output, cachedInput } = one
    return [
      {
        model,
        input_usd: input,
        output_usd: output,
        ...(cachedInput !== undefined && { cached_input_usd: cachedInput }),
      },
    ]
  })
  return prices.length === 0 ? {} : { prices }
}

/** Even without a usable default, an agent can name another model, so this is no error. */
async function describeDefault(models: ModelsPort, sender: Sender) {
  try {
    const { handle, reason } = await models.describeDefault(sender)
    return { default_model: handle, reason }
  } catch (error) {
    if (error instanceof UserError) return { reason: error.message }
    throw error
  }
}
