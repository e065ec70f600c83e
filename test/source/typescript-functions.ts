import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'
import { TYPESCRIPT_DOCUMENTED } from './typescript-documented.ts'
import { TYPESCRIPT_INTERFACES } from './typescript-interfaces.ts'
import { TYPESCRIPT_TYPES } from './typescript-types.ts'

const STRING = { type: 'string' }
const NUMBER = { type: 'number' }

/** Functions as people write them: source, description, and the schema of their parameters. */
export const TYPESCRIPT_FUNCTIONS: Readonly<Record<string, readonly [string, string, JsonSchema]>> =
  {
    ...TYPESCRIPT_INTERFACES,
    ...TYPESCRIPT_TYPES,
    ...TYPESCRIPT_DOCUMENTED,
    countWords: [
      `/** Count the words of a text. */
export const countWords = (text: string): number => text.split(/\\s+/).length
`,
      'Count the words of a text.',
      object({ text: STRING }, ['text']),
    ],
    bookTable: [
      `/** Book a table. */
export default async function bookTable({
  restaurant,
  people = 2,
  outside = false,
}: {
  /** Name of the place. */
  restaurant: string
  people?: number
  outside?: boolean
}): Promise<{ ok: boolean }> {
  return { ok: true }
}
`,
      'Book a table.',
      object(
        {
          restaurant: text('Name of the place.'),
          people: { type: 'number', default: 2 },
          outside: { type: 'boolean', default: false },
        },
        ['restaurant'],
      ),
    ],
    scheduleMeeting: [
      `/** Put a meeting into the calendar. */
export async function scheduleMeeting(title: string, startsAt: Date, attendees: readonly string[] = [], remind: Set<number> = new Set()) {
  return startsAt.toISOString()
}
`,
      'Put a meeting into the calendar.',
      object(
        {
          title: STRING,
          startsAt: { type: 'string', format: 'date-time' },
          attendees: { type: 'array', items: STRING, default: [] },
          remind: { type: 'array', items: NUMBER, uniqueItems: true },
        },
        ['title', 'startsAt'],
      ),
    ],
    rememberBirthday: [
      `/** Keep a birthday. */
export function rememberBirthday(agentState: AgentState, person: string, day: number): string {
  const block = agentState.memory.getBlock('people')
  agentState.memory.updateBlockValue('people', \`\${block.value}\\n\${person}: \${day}\`)
  return 'kept'
}
`,
      'Keep a birthday.',
      object({ person: STRING, day: NUMBER }, ['person', 'day']),
    ],
    mergeTags: [
      `export function mergeTags(
  rows: Array<{ id: number; pair: [name: string, count: number] }>,
  counts: Record<string, number>,
  named: Record<'a' | 'b', boolean>,
  ages: Map<string, number>,
  either: string | number,
  any: unknown,
  nested: string[][],
  id: \`user-\${string}\`,
  bag: object,
  open: { [key: string]: number[] },
): void {}
`,
      '',
      object(
        {
          rows: {
            type: 'array',
            items: object(
              {
                id: NUMBER,
                pair: { type: 'array', prefixItems: [STRING, NUMBER], minItems: 2, maxItems: 2 },
              },
              ['id', 'pair'],
            ),
          },
          counts: { type: 'object', additionalProperties: NUMBER },
          named: object({ a: { type: 'boolean' }, b: { type: 'boolean' } }, ['a', 'b']),
          ages: { type: 'object', additionalProperties: NUMBER },
          either: { anyOf: [STRING, NUMBER] },
          any: {},
          nested: { type: 'array', items: { type: 'array', items: STRING } },
          id: STRING,
          bag: { type: 'object' },
          open: { type: 'object', additionalProperties: { type: 'array', items: NUMBER } },
        },
        ['rows', 'counts', 'named', 'ages', 'either', 'any', 'nested', 'id', 'bag', 'open'],
      ),
    ],
    askColleague: [
      `import type { Client } from 'somewhere'

/** Ask another agent. */
export async function askColleague(question: string, client: Client) {
  return (await client.sendMessage({ agent: 'colleague', message: question })).run_id
}
`,
      'Ask another agent.',
      object({ question: STRING }, ['question']),
    ],
    openDoor: ['export function openDoor(): string { return "open" }\n', '', object({}, [])],
    noteExpense: [
      `export function noteExpense(amount: number, category = 'food', tags = ['home'], split = { with: 'Mia', half: true }, deep = [[1]]) {}
`,
      '',
      object(
        {
          amount: NUMBER,
          category: { type: 'string', default: 'food' },
          tags: { type: 'array', items: STRING, default: ['home'] },
          split: { type: 'object', default: { with: 'Mia', half: true } },
          deep: { type: 'array', items: { type: 'array', items: NUMBER }, default: [[1]] },
        },
        ['amount'],
      ),
    ],
    checkWeather: [
      `export function checkWeather(city: string): string
export function checkWeather(city: string, days?: number): string
/** Check the weather. */
export function checkWeather(city: string, days: number = 1): string {
  return city + days
}
`,
      'Check the weather.',
      object({ city: STRING, days: { type: 'number', default: 1 } }, ['city']),
    ],
    drawChart: [
      `interface Series { name: string; values: ReadonlyArray<number>; color?: 'black' | 'red' }

/** Draw a chart. */
export async function drawChart<T extends Series>(
  this: void,
  series: readonly Series[],
  size: readonly [number, number] = [800, 600],
  labels?: ReadonlyMap<string, string>,
) {
  try { return series.length } catch (error: unknown) { throw error as Error }
}
`,
      'Draw a chart.',
      object(
        {
          series: {
            type: 'array',
            items: object(
              {
                name: STRING,
                values: { type: 'array', items: NUMBER },
                color: { type: 'string', enum: ['black', 'red'] },
              },
              ['name', 'values'],
            ),
          },
          size: {
            type: 'array',
            prefixItems: [NUMBER, NUMBER],
            minItems: 2,
            maxItems: 2,
            default: [800, 600],
          },
          labels: { type: 'object', additionalProperties: STRING },
        },
        ['series'],
      ),
    ],
    findPerson: [
      `/** Find a person. */
export async function findPerson(options: {
  name: string
  born?: { after?: Date; before?: Date }
  limit?: number | null
}) { return options.born?.after?.getTime() ?? 0 }
`,
      'Find a person.',
      object(
        {
          options: object(
            {
              name: STRING,
              born: object(
                {
                  after: { type: 'string', format: 'date-time' },
                  before: { type: 'string', format: 'date-time' },
                },
                undefined,
              ),
              limit: NUMBER,
            },
            ['name'],
          ),
        },
        ['options'],
      ),
    ],
    moveFile: [
      `export function moveFile(source: string, target: string, { overwrite = false }: { overwrite?: boolean } = {}) {}
`,
      '',
      object(
        {
          source: STRING,
          target: STRING,
          options: {
            ...object({ overwrite: { type: 'boolean' } }, undefined),
            default: {},
          },
        },
        ['source', 'target'],
      ),
    ],
    sumUp: [
      `type Matrix = number[][]
/** Sum up numbers. */
export const sumUp = async (numbers: Matrix, weights: Record<string, Record<string, number>> = { a: { b: 1 } }, big: bigint = 3n): Promise<number> =>
  numbers.flat().reduce((a, b) => a + b, 0)
`,
      'Sum up numbers.',
      object(
        {
          numbers: { type: 'array', items: { type: 'array', items: NUMBER } },
          weights: {
            type: 'object',
            additionalProperties: { type: 'object', additionalProperties: NUMBER },
            default: { a: { b: 1 } },
          },
          big: { type: 'integer' },
        },
        ['numbers'],
      ),
    ],
  }
