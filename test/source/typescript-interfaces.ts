import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'

const STRING = { type: 'string' }
const NUMBER = { type: 'number' }

/** Functions with parameters of interfaces, enums and classes. */
export const TYPESCRIPT_INTERFACES: Readonly<
  Record<string, readonly [string, string, JsonSchema]>
> = {
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
}
