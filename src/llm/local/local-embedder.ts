import { availableParallelism } from 'node:os'
import { cleanText } from '../../core/text.ts'
import { toUnitLength } from '../../core/unit-length.ts'
import type { Embedded, Embedder, EmbeddingResult } from '../embedder.ts'
import { embedInTurn, halves, toBatches, withEmptyTexts } from '../embedding/embedding-batches.ts'
import type { EmbeddingHandle } from '../embedding/embedding-handle.ts'
import type { ModelFailure } from '../model.ts'
import { choosePooling } from './choose-pooling.ts'
import { type EmbedThread, startEmbedThread } from './embed-thread.ts'
import { findPackage, installCommand } from './find-package.ts'
import { fetchedWeights, folderOf, POOLING, readModelFile } from './models-folder.ts'
import { TRANSFORMERS } from './transformers.ts'

/** A question waits for at most one batch of passages, so batches are small. Chosen by hand. */
const BATCH = { texts: 8, characters: 16_000 }

/** `models`: the folder of models. Nothing is looked for or loaded before the first text. */
export function createLocalEmbedder(
  { handle, model, traits, askedDimension }: Extract<EmbeddingHandle, { kind: 'local' }>,
  models: string,
): Embedder {
  let thread: EmbedThread | undefined
  let seenDimension: number | null = null

  function open(): EmbedThread | ModelFailure {
    if (thread) return thread
    const entry = findPackage(models)
    if (entry === undefined) return missingPackage(handle, models)
    const dtype = fetchedWeights(models, model)
    if (dtype === undefined) return missingModel(handle, folderOf(models, model))
    const { repository } = model
    const pooling = choosePooling(repository, readModelFile(models, model, POOLING))
    // The others answer meanwhile.
    const processors = Math.max(1, Math.floor(availableParallelism() / 2))
    thread = startEmbedThread({ entry, models, repository, dtype, pooling, processors }, () => {
      thread = undefined
    })
    return thread
  }

  async function embedBatch(
    texts: readonly string[],
    isQuery: boolean,
    signal: AbortSignal,
  ): Promise<EmbeddingResult> {
    const opened = open()
    if ('reason' in opened) return { embedded: [], failure: opened }
    const prefix = isQuery ? traits.queryPrefix : traits.passagePrefix
    const prefixed = texts.map((text) => prefix + text)
    const said = await opened.embed(prefixed, isQuery, signal)
    if (!said) return { embedded: [], failure: aborted() }
    if (said.type === 'vectors') return { embedded: said.vectors.map(toEmbedded), failure: null }
    if (said.type === 'broken') return { embedded: [], failure: broken(handle, said.problem) }
    if (texts.length > 1)
      return embedInTurn(halves(texts), (half) => embedBatch(half, isQuery, signal))
    return { embedded: [{ kind: 'refused', problem: said.problem }], failure: null }
  }

  function toEmbedded(given: Float32Array): Embedded {
    const vector = toUnitLength(given.subarray(0, askedDimension ?? given.length))
    if (!vector) return { kind: 'refused', problem: 'The model gave a vector of no direction.' }
    seenDimension ??= vector.length
    return { kind: 'vector', vector }
  }

  return {
    handle,
    weight: traits.weight,
    dimension: () => askedDimension ?? seenDimension ?? traits.dimension,
    async embed(given, purpose, signal) {
      const texts = given.map(cleanText)
      const batches = toBatches(
        texts.filter((text) => text.trim() !== ''),
        BATCH,
      )
      const { embedded, failure } = await embedInTurn(batches, (batch) =>
        embedBatch(batch, purpose === 'query', signal),
      )
      return { embedded: withEmptyTexts(texts, embedded), failure }
    },
  }
}

function missingPackage(handle: string, models: string): ModelFailure {
  return {
    reason: 'unreachable',
    message: `${handle} needs the package ${TRANSFORMERS}, which is not installed.`,
    hint: `Run: ${installCommand(models)}`,
  }
}

function missingModel(handle: string, folder: string): ModelFailure {
  const name = handle.slice(handle.indexOf('/') + 1).replace(/@\d+$/, '')
  return {
    reason: 'unreachable',
    message: `${handle} has not been fetched: its files are not in ${folder}.`,
    hint: `Run: recollect models fetch ${name}`,
  }
}

function broken(handle: string, problem: string): ModelFailure {
  const name = handle.slice(handle.indexOf('/') + 1).replace(/@\d+$/, '')
  return {
    reason: 'unreachable',
    message: `${handle} could not be loaded: ${problem}`,
    hint: `If its files are damaged, "recollect models fetch ${name}" mends them; if the package is, install it again.`,
  }
}

function aborted(): ModelFailure {
  return { reason: 'aborted', message: 'The embedding was cancelled.', hint: 'Ask again.' }
}
