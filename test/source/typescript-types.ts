import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object } from './expected.ts'

const STRING = { type: 'string' }
const NUMBER = { type: 'number' }

/** Functions with parameters of type aliases. */
export const TYPESCRIPT_TYPES: Readonly<Record<string, readonly [string, string, JsonSchema]>> = {
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
}
