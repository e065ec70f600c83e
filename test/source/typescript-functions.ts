import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'

const STRING = { type: 'string' }
const NUMBER = { type: 'number' }

/** Functions as people write them: source, description, and the schema of their parameters. */
export const TYPESCRIPT_FUNCTIONS: Readonly<Record<string, readonly [string, string, JsonSchema]>> =
  {
    convertCurrency: [
      `/**
 * Convert an amount of money.
 *
 * @param amount How much.
 * @param source - Three letters of the currency you have.
 * @param target Three letters of the currency you want.
 * @returns the amount in the target currency
 * @example convertCurrency(1, 'USD')
 */
export function convertCurrency(amount: number, source: string, target = 'EUR'): number {
  const rates: Record<string, number> = { EUR: 1, USD: 1.1 }
  return (amount / rates[source]!) * rates[target]!
}
`,
      'Convert an amount of money.',
      object(
        {
          amount: { type: 'number', description: 'How much.' },
          source: text('Three letters of the currency you have.'),
          target: {
            type: 'string',
            description: 'Three letters of the currency you want.',
            default: 'EUR',
          },
        },
        ['amount', 'source'],
      ),
    ],
    countWords: [
      `/** Count the words of a text. */
export const countWords = (text: string): number => text.split(/\\s+/).length
`,
      'Count the words of a text.',
      object({ text: STRING }, ['text']),
    ],
    searchProducts: [
      `type Category = 'books' | 'music' | 'toys'
interface Filter {
  /** In euros: nothing dearer is shown. */
  maxPrice?: number
  category?: Category
  inStock: boolean
}

/**
 * Search the shop.
 * Finds at most ten products, the best first.
 *
 * @param query what to look for,
 *   in any language
 * @param filter narrows the search
 */
export async function searchProducts(query: string, filter?: Filter): Promise<string[]> {
  return []
}
`,
      'Search the shop.\nFinds at most ten products, the best first.',
      object(
        {
          query: text('what to look for, in any language'),
          filter: {
            ...object(
              {
                maxPrice: { type: 'number', description: 'In euros: nothing dearer is shown.' },
                category: { type: 'string', enum: ['books', 'music', 'toys'] },
                inStock: { type: 'boolean' },
              },
              ['inStock'],
            ),
            description: 'narrows the search',
          },
        },
        ['query'],
      ),
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
    setThermostat: [
      `export enum Mode { Heat = 'heat', Cool = 'cool', Off = 'off' }
enum Level { Low, Middle = 5, High }

/** Set the thermostat. */
export function setThermostat(temperature: number, mode: Mode, level: Level | undefined, room: string = 'living room') {
  return \`\${room}: \${mode} \${temperature} \${Level[level ?? 0]}\`
}
`,
      'Set the thermostat.',
      object(
        {
          temperature: NUMBER,
          mode: { type: 'string', enum: ['heat', 'cool', 'off'] },
          level: { type: 'number', enum: [0, 5, 6] },
          room: { type: 'string', default: 'living room' },
        },
        ['temperature', 'mode'],
      ),
    ],
    createInvoice: [
      `/** One line of an invoice. */
interface Line {
  /** Goods delivered */
  text: string
  quantity?: number
  price: number
}
interface Head { customer: string }
/** All of an invoice. */
interface Invoice extends Head {
  lines: Line[]
  note: string | null
}

export function createInvoice(invoice: Invoice, send?: boolean): string {
  return (invoice as Invoice).customer
}
`,
      '',
      object(
        {
          invoice: {
            ...object(
              {
                customer: STRING,
                lines: {
                  type: 'array',
                  items: {
                    ...object({ text: text('Goods delivered'), quantity: NUMBER, price: NUMBER }, [
                      'text',
                      'price',
                    ]),
                    description: 'One line of an invoice.',
                  },
                },
                note: STRING,
              },
              ['customer', 'lines', 'note'],
            ),
            description: 'All of an invoice.',
          },
          send: { type: 'boolean' },
        },
        ['invoice'],
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
    sendSms: [
      `/**
 * Send a text message.
 * @param {string} to The number, with country code
 * @param {string} text At most 160 characters
 * @param {boolean} [urgent=false] Whether it can't wait
 * @param {string[]=} tags Labels
 * @param {('low'|'high')} priority How important
 * @param {Object<string, number>} extra Anything else
 * @param {?number} delay In seconds
 * @param {*} raw Passed on
 */
function sendSms(to, text, urgent, tags, priority, extra, delay, raw) {
  return true
}
`,
      'Send a text message.',
      object(
        {
          to: text('The number, with country code'),
          text: text('At most 160 characters'),
          urgent: { type: 'boolean', description: "Whether it can't wait" },
          tags: { type: 'array', items: STRING, description: 'Labels' },
          priority: { type: 'string', enum: ['low', 'high'], description: 'How important' },
          extra: { type: 'object', additionalProperties: NUMBER, description: 'Anything else' },
          delay: { type: 'number', description: 'In seconds' },
          raw: { description: 'Passed on' },
        },
        ['to', 'text', 'priority', 'extra', 'delay', 'raw'],
      ),
    ],
    resize: [
      `const SIZES = ['s', 'm', 'l'] as const
type Size = (typeof SIZES)[number]
const COLORS = { red: '#f00', blue: '#00f' } as const
type Color = keyof typeof COLORS
type Hex = (typeof COLORS)[keyof typeof COLORS]

export function resize(size: Size, color: Color, hex: Hex, ratio = -1.5, factor: number = 0x10) {
  return COLORS[color] satisfies string
}
`,
      '',
      object(
        {
          size: { type: 'string', enum: ['s', 'm', 'l'] },
          color: { type: 'string', enum: ['red', 'blue'] },
          hex: { type: 'string', enum: ['#f00', '#00f'] },
          ratio: { type: 'number', default: -1.5 },
          factor: { type: 'number', default: 16 },
        },
        ['size', 'color', 'hex'],
      ),
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
    updateTicket: [
      `interface Ticket { id: string; title: string; status: 'open' | 'closed'; notes?: string }
type New = Omit<Ticket, 'id'>
type Change = Partial<New>
type Key = Pick<Ticket, 'id'>
type Full = Required<Ticket>

export function updateTicket(key: Key, change: Change, full: Readonly<Full>, status: Exclude<Ticket['status'], 'open'>) {
  return { ...full, ...change }
}
`,
      '',
      object(
        {
          key: object({ id: STRING }, ['id']),
          change: object(
            {
              title: STRING,
              status: { type: 'string', enum: ['open', 'closed'] },
              notes: STRING,
            },
            undefined,
          ),
          full: object(
            {
              id: STRING,
              title: STRING,
              status: { type: 'string', enum: ['open', 'closed'] },
              notes: STRING,
            },
            ['id', 'title', 'status', 'notes'],
          ),
          status: { type: 'string', enum: ['closed'] },
        },
        ['key', 'change', 'full', 'status'],
      ),
    ],
    listPage: [
      `interface Page<T> { items: T[]; next?: string }
type Named<T = string> = { name: T } & { at: number }

export const listPage = async function (page: Page<{ id: number }>, named: Named<boolean>): Promise<void> {}
`,
      '',
      object(
        {
          page: object(
            { items: { type: 'array', items: object({ id: NUMBER }, ['id']) }, next: STRING },
            ['items'],
          ),
          named: object({ name: { type: 'boolean' }, at: NUMBER }, ['name', 'at']),
        },
        ['page', 'named'],
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
    getStockPrice: [
      `const API = 'https://api.example.com/v1'

/**
 * Look up the price of a share.
 * @param {object} options
 * @param {string} options.symbol Ticker, e.g. "ACME"; letters only.
 * @param {string} [options.currency] ISO 4217.
 */
export async function getStockPrice({ symbol, currency = 'USD' }) {
  const answer = await fetch(\`\${API}/\${symbol}\`, { headers: { 'x-key': secrets.STOCKS } })
  return answer.json()
}
`,
      'Look up the price of a share.',
      object(
        {
          symbol: text('Ticker, e.g. "ACME"; letters only.'),
          currency: { type: 'string', description: 'ISO 4217.', default: 'USD' },
        },
        ['symbol'],
      ),
    ],
    filterRows: [
      `type Operator = '<' | '>' | '='
type Value = string | number | null

/** Filter a table. */
export function filterRows(column: string, operator: Operator, value: Value, limit: number | 'all' = 'all', flag?: true | 'x' | 3): unknown[] {
  return []
}
`,
      'Filter a table.',
      object(
        {
          column: STRING,
          operator: { type: 'string', enum: ['<', '>', '='] },
          value: { anyOf: [STRING, NUMBER] },
          limit: { anyOf: [{ type: 'string', enum: ['all'] }, NUMBER], default: 'all' },
          flag: { enum: [true, 'x', 3] },
        },
        ['column', 'operator', 'value'],
      ),
    ],
    summarize: [
      `function clean(text: string): string { return text.trim() }
const inner = (y: string) => y
class Helper<T extends object = {}> implements Iterable<T> {
  private readonly items: T[] = []
  static #count?: number
  declare label: string
  constructor(size?: number) {}
  public get first(): T | undefined { return this.items[0] }
  protected add?(item: T): void {}
  *[Symbol.iterator](): Iterator<T> { yield* this.items }
}

/** Shorten a text. */
export function summarize(text: string, sentences?: number): string {
  const helper = new Helper<{ a: number }>(2)
  return inner(clean(text)).slice(0, (sentences as number) * 10) + [...helper].length
}

function last(z: number) { return z }
`,
      'Shorten a text.',
      object({ text: STRING, sentences: NUMBER }, ['text']),
    ],
    planRoute: [
      `interface Point {
  /** Degrees north */
  readonly lat: number
  /** Degrees east */
  readonly lon: number
}
interface Point { label?: string }

/** Plan a route. */
const planRoute = (start: Point, via: Point[] = [], options: { avoid?: string[] } = {}): {
  length: number
} => ({ length: via.length })

export { planRoute }
`,
      'Plan a route.',
      (() => {
        const point = object(
          {
            lat: { type: 'number', description: 'Degrees north' },
            lon: { type: 'number', description: 'Degrees east' },
            label: STRING,
          },
          ['lat', 'lon'],
        )
        return object(
          {
            start: point,
            via: { type: 'array', items: point, default: [] },
            options: {
              ...object({ avoid: { type: 'array', items: STRING } }, undefined),
              default: {},
            },
          },
          ['start'],
        )
      })(),
    ],
    openDoor: ['export function openDoor(): string { return "open" }\n', '', object({}, [])],
    translate: [
      `/**
 * Translate a text into another language. Use it whenever the user writes in a language
 * that you do not speak.
 *
 * @param text - What to translate
 * @param to - Language, as ISO 639-1
 * @throws {Error} if the language is unknown
 */
export async function translate(text: string, to: string, formality: 'formal' | 'informal' = 'formal') {
  return text!.toUpperCase() as unknown as string
}
`,
      'Translate a text into another language. Use it whenever the user writes in a language\nthat you do not speak.',
      object(
        {
          text: text('What to translate'),
          to: text('Language, as ISO 639-1'),
          formality: { type: 'string', enum: ['formal', 'informal'], default: 'formal' },
        },
        ['text', 'to'],
      ),
    ],
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
    toggleLight: [
      `/**
 * @description Switch a light.
 * @param room where it is
 */
export function toggleLight(room: Room, on: boolean) {}

type Room = 'kitchen' | 'bath'
`,
      'Switch a light.',
      object(
        {
          room: { type: 'string', enum: ['kitchen', 'bath'], description: 'where it is' },
          on: { type: 'boolean' },
        },
        ['room', 'on'],
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
    assignTask: [
      `type Json = string | number | boolean
/** A task. */
type Task = {
  title: string
  /** In hours */
  'estimated-hours'?: number
  data: Record<string, Json>
  done: false
}

export async function assignTask(task: Task, to: string | undefined) {
  for (const key of Object.keys(task.data) as string[]) console.log(<Json>task.data[key])
}
`,
      '',
      object(
        {
          task: {
            ...object(
              {
                title: STRING,
                'estimated-hours': { type: 'number', description: 'In hours' },
                data: {
                  type: 'object',
                  additionalProperties: { anyOf: [STRING, NUMBER, { type: 'boolean' }] },
                },
                done: { type: 'boolean', enum: [false] },
              },
              ['title', 'data', 'done'],
            ),
            description: 'A task.',
          },
          to: STRING,
        },
        ['task'],
      ),
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
    rollDice: [
      `// A die.

/**
 * Roll a die.
 * @param numSides How many sides it has.
 */
export function rollDice(/* sides */ numSides: number = 6): number {
  return 1 + Math.floor(Math.random() * numSides)
}
`,
      'Roll a die.',
      object(
        { numSides: { type: 'number', description: 'How many sides it has.', default: 6 } },
        [],
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
    playMusic: [
      `export const helper = 1
export const playMusic = ({ artist, album = "It's \\"live\\"", volume }: Options, agentState?: unknown) => artist
interface Options { artist: string; album?: string; volume: 1 | 2 | 3 }
`,
      '',
      object(
        {
          artist: STRING,
          album: { type: 'string', default: 'It\'s "live"' },
          volume: { type: 'number', enum: [1, 2, 3] },
        },
        ['artist', 'volume'],
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
