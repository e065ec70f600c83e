import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/*
 * An embedding model of a few words, in the files that a hub has of one: a BERT whose only layer looks up the vector of
 * each word. Words of one row mean the same.
 */

const MEANINGS = [
  ['dog', 'puppy', 'hound'],
  ['car', 'automobile', 'vehicle'],
  ['tea', 'kettle', 'brew'],
  ['rain', 'storm', 'weather'],
] as const
const PAD = '[PAD]'
const UNKNOWN = '[UNK]'
const WORDS = [PAD, UNKNOWN, ...MEANINGS.flat()]
export const TINY_DIMENSION = 8
/** Tokens of a text; the model leaves out the rest. */
export const TINY_TOKENS = 16

/** A folder with the package; undefined: the tests run with a stand-in for it alone. */
export const TRANSFORMERS_FOLDER = process.env.RECOLLECT_TEST_TRANSFORMERS

/** Files by name, as in the repository of a model. */
export function tinyModelFiles(): Readonly<Record<string, Buffer>> {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  return {
    'README.md': Buffer.from('# A model of a few words\n'),
    'config.json': json({
      ...{ architectures: ['BertModel'], model_type: 'bert', max_position_embeddings: 512 },
      ...{ hidden_size: TINY_DIMENSION, vocab_size: WORDS.length },
    }),
    'tokenizer.json': json({
      version: '1.0',
      ...{ truncation: null, padding: null, post_processor: null, decoder: null },
      added_tokens: [],
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
        unk_token: UNKNOWN,
      },
    }),
    'tokenizer_config.json': json({
      ...{ tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: TINY_TOKENS },
      ...{ pad_token: PAD, unk_token: UNKNOWN },
    }),
    '1_Pooling/config.json': json({ pooling_mode_mean_tokens: true }),
    'onnx/model.onnx': onnxModel(),
  }
}

/** Puts the model into the folder of models, as if it had been fetched. */
export function putTinyModel(models: string, repository: string): void {
  for (const [name, bytes] of Object.entries(tinyModelFiles())) {
    const path = join(models, repository, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
}

/** Makes the package findable from the folder of models, as `npm install --prefix` does. */
export function linkTransformers(models: string, installed: string): void {
  mkdirSync(models, { recursive: true })
  symlinkSync(join(installed, 'node_modules'), join(models, 'node_modules'))
}

/** The same vectors by the same calls, where the package is not installed. */
export function putStandIn(models: string): void {
  const folder = join(models, 'node_modules/@huggingface/transformers')
  mkdirSync(folder, { recursive: true })
  const manifest = { name: '@huggingface/transformers', version: '4.0.0', main: 'main.mjs' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'main.mjs'), STAND_IN)
}

const STAND_IN = `
import { readFileSync } from 'node:fs'
const table = ${JSON.stringify(WORDS.map(vectorOf))}
export const env = { allowRemoteModels: true, localModelPath: '' }
const read = (name, file) => readFileSync(env.localModelPath + '/' + name + '/' + file, 'utf8')
export const AutoTokenizer = {
  async from_pretrained(name) {
    const { vocab } = JSON.parse(read(name, 'tokenizer.json')).model
    const tokenize = (texts, { max_length }) => {
      const ids = texts.map((text) =>
        text.toLowerCase().split(/\\W+/).filter(Boolean).slice(0, max_length).map((word) => vocab[word] ?? 1))
      const length = Math.max(...ids.map((one) => one.length))
      const flat = (of) => ids.flatMap((one) => Array.from({ length }, (_, at) => of(one[at])))
      return {
        input_ids: { data: flat((id) => id ?? 0), dims: [texts.length, length] },
        attention_mask: { data: flat((id) => id === undefined ? 0n : 1n), dims: [texts.length, length] },
      }
    }
    return Object.assign(tokenize, { model_max_length: ${TINY_TOKENS} })
  },
}
export const AutoModel = {
  async from_pretrained(name, { dtype }) {
    if (!read(name, dtype === 'q8' ? 'onnx/model_quantized.onnx' : 'onnx/model.onnx').includes('Gather'))
      throw new Error('The file is no model.')
    const model = async ({ input_ids: { data, dims } }) => ({
      last_hidden_state: { data: data.flatMap((id) => table[id]), dims: [...dims, ${TINY_DIMENSION}] },
    })
    return Object.assign(model, { config: { max_position_embeddings: 512 } })
  },
}
`

/** Words of a meaning have one direction and differ a little; all others have one of their own. */
function vectorOf(word: string, index: number): readonly number[] {
  const meaning = MEANINGS.findIndex((words) => words.some((one) => one === word))
  const main = meaning < 0 ? TINY_DIMENSION - 2 : meaning
  return Array.from({ length: TINY_DIMENSION }, (_, at) => {
    if (at === main) return 1
    return at === TINY_DIMENSION - 1 ? index / 100 : 0
  })
}

/* ONNX is protobuf; the numbers are the fields of onnx.proto. */

const FLOAT = 1
const INT64 = 7

function onnxModel(): Buffer {
  const table = WORDS.flatMap(vectorOf)
  const initializer = [
    varint(1, WORDS.length),
    varint(1, TINY_DIMENSION),
    varint(2, FLOAT),
    bytes(8, 'table'),
    bytes(9, Buffer.from(Float32Array.from(table).buffer)),
  ]
  const gather = [
    bytes(1, 'table'),
    bytes(1, 'input_ids'),
    bytes(2, 'last_hidden_state'),
    bytes(4, 'Gather'),
  ]
  const graph = [
    bytes(1, Buffer.concat(gather)),
    bytes(2, 'tiny'),
    bytes(5, Buffer.concat(initializer)),
    bytes(11, tensor('input_ids', INT64, ['batch', 'tokens'])),
    bytes(11, tensor('attention_mask', INT64, ['batch', 'tokens'])),
    bytes(12, tensor('last_hidden_state', FLOAT, ['batch', 'tokens', TINY_DIMENSION])),
  ]
  const opset = varint(2, 13)
  return Buffer.concat([varint(1, 8), bytes(7, Buffer.concat(graph)), bytes(8, opset)])
}

function tensor(name: string, type: number, dims: readonly (string | number)[]): Buffer {
  const shape = dims.map((dim) =>
    bytes(1, typeof dim === 'number' ? varint(1, dim) : bytes(2, dim)),
  )
  const tensorType = Buffer.concat([varint(1, type), bytes(2, Buffer.concat(shape))])
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, tensorType))])
}

function varint(field: number, value: number): Buffer {
  return Buffer.from([...toVarint(field << 3), ...toVarint(value)])
}

function bytes(field: number, content: string | Buffer): Buffer {
  const body = Buffer.from(content)
  return Buffer.concat([
    Buffer.from([...toVarint((field << 3) | 2), ...toVarint(body.length)]),
    body,
  ])
}

function toVarint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...toVarint(Math.floor(value / 128))]
}
