import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readDataSet } from '../retrieval/read-data-set.ts'
import { rememberPassages } from '../retrieval/remember.ts'
import { callTool } from '../shared/call-tool.ts'
import { BINARY, environment, startStdioClient, withScratch } from '../support.ts'
import { answerAll, type ToAnswer } from './answer-all.ts'
import { openChat } from './chat.ts'
import { ANSWER_WITH_MEMORY, ANSWER_WITHOUT_MEMORY, GRADE } from './prompts.ts'
import { describeAnswers, describeSpent, type Prices } from './report.ts'
import { sample } from './sample.ts'

/*
 * Questions asked through a real model, with what the memory finds and without it, graded by a model: end to end, for
 * anyone with a key or Ollama. Graders err, so compare only what was graded by the same model with the same prompts.
 */
const USAGE = `npm run bench -- answers --data <path> --model <model> [--grader <model>] [--questions <number>] [--seed <number>]
                         [--base-url <url>] [--prices <input>,<output>] [--limit <results>] [--out <file>]
  --data       a data set with answers, as for the bench retrieval: LoCoMo, REALTALK, LongMemEval, XQuAD
  --model      who answers, as the endpoint calls it
  --grader     who grades; the same model if absent
  --questions  how many, drawn by the seed; 100
  --seed       for the drawing and for the models; 1
  --base-url   an endpoint in OpenAI's format; OPENAI_BASE_URL, with OPENAI_API_KEY OpenAI, else Ollama on this machine
  --prices     dollars for a million tokens, to print what it cost
  --limit      results of a search that the model is shown; 10
  --out        where the file with every answer goes`

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string' },
    grader: { type: 'string' },
    questions: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    'base-url': { type: 'string' },
    prices: { type: 'string' },
    limit: { type: 'string', default: '10' },
    out: { type: 'string', default: join(tmpdir(), 'recollect-answers.json') },
  },
})
const { data, model } = values
const [questions, seed, limit] = [values.questions, values.seed, values.limit].map(Number)
const prices = readPrices(values.prices)
if (!data || !model || !questions || !limit || seed === undefined || Number.isNaN(seed)) {
  console.error(USAGE)
  process.exit(2)
}

const key = process.env.OPENAI_API_KEY ?? ''
const baseUrl =
  values['base-url'] ??
  process.env.OPENAI_BASE_URL ??
  (key === '' ? 'http://127.0.0.1:11434/v1' : 'https://api.openai.com/v1')
const grader = values.grader ?? model
const { name, conversations } = readDataSet(data)
const chosen = sample(
  conversations.flatMap((conversation) =>
    conversation.questions.flatMap(({ text, category, answer }) =>
      answer === undefined ? [] : [{ conversation, text, category, answer }],
    ),
  ),
  questions,
  seed,
)
const chat = openChat({ baseUrl, key, seed })

const answered = await withScratch(async (home) => {
  const client = startStdioClient([process.execPath, BINARY, 'stdio'], environment(home, {}))
  try {
    await client.initialize()
    for (const conversation of new Set(chosen.map((one) => one.conversation)))
      await rememberPassages(client, conversation)
    const toAnswer = chosen.map(({ conversation, ...question }): ToAnswer => {
      const args = { agent: conversation.name, query: question.text, limit }
      return {
        ...question,
        recall: async () => (await callTool(client, 'search_archival', args)).text,
      }
    })
    return await answerAll(toAnswer, chat, { model, grader })
  } finally {
    await client.stop()
  }
})

console.log(
  `${name}: ${answered.length} questions drawn with seed ${seed}; ${model} answers, ${grader} grades, at ${baseUrl}`,
)
console.log(`\n${describeAnswers(answered)}\n\n${describeSpent(chat.spent, prices)}`)
for (const [title, prompt] of Object.entries({ ANSWER_WITH_MEMORY, ANSWER_WITHOUT_MEMORY, GRADE }))
  console.log(`\n--- ${title}\n${prompt}`)
mkdirSync(join(values.out, '..'), { recursive: true })
writeFileSync(values.out, `${JSON.stringify(answered, null, 1)}\n`)
console.log(`\nevery answer: ${values.out}`)

function readPrices(text: string | undefined): Prices | undefined {
  const [input, output] = (text ?? '').split(',').map(Number)
  return input !== undefined && output !== undefined ? { input, output } : undefined
}
