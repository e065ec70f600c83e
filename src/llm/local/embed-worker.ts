import { parentPort, workerData } from 'node:worker_threads'
import { type Numbers, pool } from './pooling.ts'
import type { EmbedThreadSetup, FromEmbedThread, ToEmbedThread } from './thread-messages.ts'
import { isTransformers, type Model, type Tokenizer } from './transformers.ts'

/*
 * The thread that embeds with a model of this machine. The package and the model are loaded here, so that the server
 * goes on answering while they are, and while the model computes.
 */

const port = parentPort
if (!port) throw new Error('it runs as a thread')
const tell = (said: FromEmbedThread) => port.postMessage(said)
const setup: EmbedThreadSetup = workerData

/** Tokens of a text; the rest is left out. Longer ones take seconds each. Chosen by hand. */
const MAX_TOKENS = 2_048

// Output of the package would break JSON-RPC on stdout, and a parent that reads it would never end by itself.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true

const loading = load()
loading.catch((error: unknown) => {
  tell({ type: 'broken', problem: messageOf(error) })
  port.close()
})

port.on('message', async (texts: ToEmbedThread) => {
  // The one that ends the thread has told it.
  const loaded = await loading.catch(() => undefined)
  if (!loaded) return
  try {
    tell({ type: 'vectors', vectors: await embed(loaded, texts) })
  } catch (error) {
    tell({ type: 'failed', problem: messageOf(error) })
  }
})

interface Loaded {
  readonly tokenizer: Tokenizer
  readonly model: Model
}

async function load(): Promise<Loaded> {
  const { entry, models, repository, dtype, processors } = setup
  const module: unknown = await import(entry)
  if (!isTransformers(module)) throw new Error('The package has not the parts that are needed.')
  // Only what was fetched is used; nothing is downloaded here.
  module.env.allowRemoteModels = false
  module.env.localModelPath = models
  const [tokenizer, model] = await Promise.all([
    module.AutoTokenizer.from_pretrained(repository),
    module.AutoModel.from_pretrained(repository, {
      dtype,
      device: 'cpu',
      session_options: { intraOpNumThreads: processors },
    }),
  ])
  return { tokenizer, model }
}

async function embed(
  { tokenizer, model }: Loaded,
  texts: readonly string[],
): Promise<readonly Float32Array[]> {
  const positions = model.config.max_position_embeddings ?? MAX_TOKENS
  const max_length = Math.min(tokenizer.model_max_length, positions, MAX_TOKENS)
  const inputs = tokenizer([...texts], { padding: true, truncation: true, max_length })
  const outputs = await model(inputs)
  // Some models pool by themselves, with layers after it.
  const hidden: Numbers | undefined = outputs.sentence_embedding ?? outputs.last_hidden_state
  if (!hidden) throw new Error(`The model answers ${Object.keys(outputs).join(', ')}, no vectors.`)
  return pool(hidden, inputs.attention_mask, setup.pooling)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
