import { body, chunks, endless, endMidway, message, refuse, reset, resetMidway } from './answers.ts'
import { type Fault, OWN_FAULTS } from './own-faults.ts'
import { KEY } from './world.ts'

const HTML = '<html><head><style>p{}</style></head><body><h1>Bad gateway</h1></body></html>'
const error = (text: string, code: string | number | null = null) => ({
  error: { message: text, code },
})

export const FAULTS: readonly Fault[] = [
  {
    fault: '429',
    answer: refuse(429, error('Slow down')),
    requests: 4,
    error: /429: Slow down.*Wait/,
  },
  {
    fault: '429 with status 200',
    answer: body(JSON.stringify(error('Slow down', 429))),
    requests: 4,
    error: /429: Slow down.*Wait/,
  },
  {
    fault: '429 insufficient_quota',
    answer: refuse(429, error('You exceeded your current quota', 'insufficient_quota')),
    requests: 1,
    error: /current quota.*credits/,
  },
  { fault: '402', answer: refuse(402, error('Pay first')), requests: 1, error: /402.*credits/ },
  {
    fault: '401 that quotes the key',
    answer: refuse(401, error(`Incorrect API key provided: ${KEY}.`)),
    requests: 1,
    error: /401: Incorrect API key provided: \[redacted\].*Check (OPENAI|LMSTUDIO)_API_KEY/,
  },
  { fault: '403', answer: refuse(403, error('Not you')), requests: 1, error: /403: Not you.*_KEY/ },
  { fault: '404', answer: refuse(404, error('No model')), requests: 1, error: /404.*"scripted"/ },
  {
    fault: '400 in the shape of vLLM',
    answer: refuse(400, { object: 'error', message: 'The moon is not full', code: 400 }),
    requests: 1,
    error: /400: The moon is not full/,
  },
  { fault: '408', answer: refuse(408, error('Late')), requests: 4, error: /408: Late.*Try again/ },
  { fault: '500', answer: refuse(500), requests: 4, error: /500: scripted failure.*Try again/ },
  {
    fault: '502 with a web page',
    answer: refuse(502, HTML),
    requests: 4,
    error: /502: Bad gateway\./,
  },
  { fault: '503 with nothing', answer: refuse(503, ''), requests: 4, error: /503.*Try again/ },
  {
    fault: 'a reset before the headers',
    answer: reset,
    requests: 4,
    error: /connection to .*failed/,
  },
  { fault: 'a reset midway', answer: resetMidway, requests: 4, error: /connection to .*failed/ },
  { fault: 'an end midway', answer: endMidway, requests: 2, error: /sent .*_BASE_URL/ },
  {
    fault: 'a web page with 200',
    answer: body(HTML, 'text/html'),
    requests: 2,
    error: /a web page/,
  },
  { fault: 'nothing with 200', answer: body(''), requests: 2, error: /an empty answer/ },
  {
    fault: 'prose with 200',
    answer: body('It works!'),
    requests: 2,
    error: /text that is not JSON/,
  },
  {
    fault: 'JSON of another kind',
    answer: body('"hello"'),
    requests: 2,
    error: /an answer that is not a/,
  },
  {
    fault: 'an error with 200',
    answer: body(JSON.stringify(error('Loading model'))),
    requests: 2,
    error: /an error instead of a completion: Loading model/,
  },
  {
    fault: 'an error within a stream',
    answer: chunks({ delta: { content: 'A' } }, error('Out of memory')),
    requests: 2,
    error: /Out of memory/,
  },
  {
    fault: 'an error 502 within a stream',
    answer: chunks({ delta: { content: 'A' } }, error('Upstream', 502)),
    requests: 4,
    error: /502: Upstream/,
  },
  {
    fault: 'an event that is no JSON',
    answer: chunks({ delta: { content: 'A' } }, '{"choices":[{'),
    requests: 2,
    error: /an event that is not JSON/,
  },
  {
    fault: 'a stream without an end',
    answer: chunks({ delta: { content: 'Half' } }),
    requests: 2,
    error: /ended before the answer was complete/,
  },
  {
    fault: 'a stream of nothing',
    answer: body('', 'text/event-stream'),
    requests: 2,
    error: /ended before the answer was complete/,
  },
  {
    fault: 'a stream of comments',
    answer: body(': hello\n\n: hello\n\n', 'text/event-stream'),
    requests: 2,
    error: /ended before the answer was complete/,
  },
  ...OWN_FAULTS,
  { fault: 'a body that does not end', answer: endless(17), requests: 2, error: /does not end/ },
  {
    fault: 'an empty answer',
    answer: message({ content: '' }),
    requests: 2,
    error: /empty answer/,
  },
  {
    fault: 'an empty answer that claims to have calls',
    answer: message({ content: null, tool_calls: [] }, { finish: 'tool_calls' }),
    requests: 2,
    error: /empty answer.*Send the message again/,
  },
]
