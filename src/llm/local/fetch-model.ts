import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../core/errors.ts'
import type { LocalModel } from '../embedding/local-handle.ts'
import { type HubFile, listHubFiles, openHubFile } from './hub.ts'
import { CONFIG, folderOf, POOLING, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS } from './models-folder.ts'

export interface FetchOptions {
  readonly model: LocalModel
  /** Folder of all models. */
  readonly models: string
  /** Address of the hub. */
  readonly hub: string
  /** In bytes. */
  readonly onProgress: (done: number, total: number) => void
  readonly signal: AbortSignal
}

export interface FetchedModel {
  readonly folder: string
  readonly bytes: number
  /** Bytes that were there already. */
  readonly kept: number
}

/**
 * Downloads the files of a model that are missing or differ from the hub's. A file appears when it is whole and has the
 * hub's digest; the weights come last, so a model without them is not taken for fetched. Throws a UserError.
 */
export async function fetchModel(options: FetchOptions): Promise<FetchedModel> {
  const { model, models, hub, onProgress, signal } = options
  const { revision, files } = await listHubFiles(hub, model.repository, signal)
  const wanted = chooseFiles(model, files)
  const folder = folderOf(models, model)
  const total = wanted.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  let kept = 0
  const advance = (bytes: number) => {
    done += bytes
    onProgress(done, total)
  }
  for (const file of wanted) {
    const target = join(folder, file.name)
    if (await isSame(target, file)) {
      kept += file.size
      advance(file.size)
      continue
    }
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    const from = await openHubFile(hub, { repository: model.repository, revision, file, signal })
    await download(from, target, file, advance, signal)
  }
  return { folder, bytes: total, kept }
}

/** In the order in which they are fetched. Pure. */
function chooseFiles(model: LocalModel, files: readonly HubFile[]): readonly HubFile[] {
  const find = (name: string) => files.find((file) => file.name === name)
  const weights = WEIGHTS.map(({ file }) => find(file)).find((file) => file !== undefined)
  const needed = [find(CONFIG), find(TOKENIZER), find(TOKENIZER_CONFIG), weights]
  const [config, tokenizer, tokenizerConfig] = needed
  if (!config || !tokenizer || !tokenizerConfig || !weights) {
    throw new UserError(
      'unsupported',
      `${model.repository} has not all of ${CONFIG}, ${TOKENIZER}, ${TOKENIZER_CONFIG} and ${WEIGHTS[1].file}, which is what a model needs to run here. Choose a conversion of it to ONNX; many are at onnx-community/ and Xenova/.`,
    )
  }
  const optional = [find(POOLING), find(`${weights.name}_data`)].filter(
    (file) => file !== undefined,
  )
  return [config, tokenizer, tokenizerConfig, ...optional, weights]
}

async function isSame(path: string, file: HubFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found?.size !== file.size) return false
  const hash = startHash(file)
  await pipeline(createReadStream(path), async (bytes) => {
    for await (const chunk of bytes) hash.update(chunk)
  })
  return hash.digest('hex') === file.digest.hex
}

async function download(
  from: Readable,
  target: string,
  file: HubFile,
  advance: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const unfinished = `${target}.${process.pid}`
  const hash = startHash(file)
  try {
    await pipeline(
      from,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          advance(chunk.length)
          yield chunk
        }
      },
      createWriteStream(unfinished, { mode: 0o600 }),
      { signal },
    )
    if (hash.digest('hex') !== file.digest.hex)
      throw new UserError(
        'model_unavailable',
        `${file.name} arrived damaged: it has not the digest that the hub lists. Run the command again.`,
      )
    await rename(unfinished, target)
  } finally {
    await rm(unfinished, { force: true })
  }
}

function startHash({ digest, size }: HubFile): Hash {
  return digest.kind === 'sha256'
    ? createHash('sha256')
    : // As Git names the content of a file.
      createHash('sha1').update(`blob ${size}\0`)
}
