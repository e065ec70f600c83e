import { UserError } from '../../core/errors.ts'
import { findProvider, PROVIDERS, type Provider } from '../providers.ts'
import { type EmbeddingModel, EXAMPLE_MODELS, findEmbeddingModel } from './embedding-models.ts'
import { HASH_HANDLE } from './hash-embedder.ts'
import { findLocalModel, LOCAL_MODELS, LOCAL_PREFIX, type LocalModel } from './local-handle.ts'

export type EmbeddingHandle =
  | { readonly kind: 'hash' }
  | ({ readonly kind: 'local'; readonly model: LocalModel } & Asked)
  | ({
      readonly kind: 'endpoint'
      readonly provider: Provider
      readonly model: string
    } & Asked)

interface Asked {
  readonly handle: string
  readonly traits: EmbeddingModel
  /** null: the model's own dimension. */
  readonly askedDimension: number | null
}

/** Chosen by hand. */
const GREATEST_DIMENSION = 16_384
/** Chosen by hand. */
const MIN_DIMENSION = 8
const LOCAL = LOCAL_PREFIX.slice(0, -1)

/** `provider/model`, or `provider/model@512` for shorter vectors. Throws a UserError that says what is allowed. */
export function parseEmbeddingHandle(handle: string): EmbeddingHandle {
  if (handle === HASH_HANDLE) return { kind: 'hash' }
  const [, providerName = '', model = '', digits] =
    /^([^/\s]+)\/(\S+?)(?:@(\d+))?$/.exec(handle) ?? []
  const traits = findEmbeddingModel(model)
  const askedDimension = digits === undefined ? null : Number(digits)
  if (askedDimension !== null) checkDimension(handle, model, askedDimension, traits)
  const asked = { handle, traits, askedDimension }
  if (providerName === LOCAL) return { kind: 'local', model: localModel(handle, model), ...asked }
  const provider = findProvider(providerName)
  if (!provider) throw unknownHandle(handle)
  return { kind: 'endpoint', provider, model, ...asked }
}

function localModel(handle: string, name: string): LocalModel {
  const model = findLocalModel(name)
  if (model) return model
  const known = Object.keys(LOCAL_MODELS).map((one) => LOCAL_PREFIX + one)
  throw new UserError(
    'invalid_argument',
    `"${handle}" names no local model. There are ${known.join(', ')}, any other of the hub as ${LOCAL_PREFIX}<owner>/<name>, and ${HASH_HANDLE}, which knows no meaning.`,
  )
}

function checkDimension(
  handle: string,
  model: string,
  asked: number,
  { dimension, canBeShortened }: EmbeddingModel,
): void {
  const most = dimension ?? GREATEST_DIMENSION
  if (asked === dimension) return
  if (!canBeShortened) {
    throw new UserError(
      'invalid_argument',
      `"${handle}" asks for ${asked} dimensions, but ${model} has ${dimension ?? 'its own number'} and can't be shortened. Leave @${asked} out.`,
    )
  }
  if (asked < MIN_DIMENSION || asked > most) {
    throw new UserError(
      'invalid_argument',
      `"${handle}" asks for ${asked} dimensions; with ${model}, give ${MIN_DIMENSION} to ${most}, or leave @${asked} out.`,
    )
  }
}

function unknownHandle(handle: string): UserError {
  const example = EXAMPLE_MODELS[handle]
  const known = PROVIDERS.map(({ name }) => name).join(', ')
  return new UserError(
    'invalid_argument',
    example === undefined
      ? `"${handle}" is not an embedding handle of the form provider/model or provider/model@dimension. Known providers: ${known}; ${LOCAL_PREFIX}<model> needs none.`
      : `"${handle}" names no embedding model. Write ${handle}/${example}, for example.`,
  )
}
