import { z } from 'zod'
import type { Timestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { limitError } from '../../core/limited.ts'
import { straightenArguments } from '../../core/straighten.ts'
import type { JsonSchema } from '../../llm/model.ts'
import type { Transaction } from '../../storage/port/store.ts'
import type { Begun, Finding, InnerTool, TrustedContext } from './inner-tool.ts'
import { toolTexts } from './tool-texts.ts'

type Definition<Shape extends z.ZodRawShape, Prepared> = {
  readonly name: string
  readonly parameters: Shape
} & (
  | {
      readonly effect: 'database'
      prepare(
        args: z.infer<z.ZodObject<Shape>>,
        context: TrustedContext,
      ): Promise<Prepared> | Prepared
      apply(tx: Transaction, prepared: Prepared, context: TrustedContext): Promise<string>
    }
  | {
      readonly effect: 'await'
      begin(
        args: z.infer<z.ZodObject<Shape>>,
        context: TrustedContext,
        tx: Transaction,
        at: Timestamp,
      ): Promise<Begun>
    }
  | {
      readonly effect: 'readonly' | 'idempotent' | 'once'
      run(
        args: z.infer<z.ZodObject<Shape>>,
        context: TrustedContext,
        signal: AbortSignal,
      ): Promise<string | Finding>
    }
)

/**
 * Defines a built-in tool. Names and parameters follow MemGPT and Letta; every text for the model comes from
 * `prompts/inner-tools.md`.
 */
export function defineInnerTool<Shape extends z.ZodRawShape, Prepared>(
  definition: Definition<Shape, Prepared>,
): InnerTool {
  const schema = z.strictObject(definition.parameters)
  const texts = toolTexts(definition.name)
  return {
    name: definition.name,
    description: texts.description,
    parameters: toParameters(schema, texts.parameters),
    effect: definition.effect,
    straighten: (args, besides) => straightenArguments(schema, args, besides),
    bind(input) {
      const args = parse(definition.name, schema, input)
      if (definition.effect === 'await') {
        return {
          trust: 'trusted',
          effect: 'await',
          begin: (context, tx, at) => definition.begin(args, context, tx, at),
        }
      }
      if (definition.effect !== 'database') {
        return {
          trust: 'trusted',
          effect: definition.effect,
          run: (context, signal) => definition.run(args, context, signal),
        }
      }
      return {
        trust: 'trusted',
        effect: 'database',
        async prepare(context) {
          const prepared = await definition.prepare(args, context)
          return (tx) => definition.apply(tx, prepared, context)
        },
      }
    },
  }
}

function parse<Shape extends z.ZodRawShape>(
  name: string,
  schema: z.ZodObject<Shape>,
  input: unknown,
) {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const tooMuch = parsed.error.issues
    .map((issue) => limitError(`${name} was not run: ${issue.path.join('.')}`, issue))
    .find((error) => error !== undefined)
  if (tooMuch) throw tooMuch
  const problems = parsed.error.issues.slice(0, 3).map((issue) => {
    const path = issue.path.join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
  const known = Object.keys(schema.shape).join(', ')
  throw new UserError(
    'invalid_argument',
    `${name} was not run: ${problems.join('; ')}. Its parameters are: ${known}. Correct the call and make it again.`,
  )
}

/** The parameter schema for the model, without keywords that tell it nothing. */
function toParameters(schema: z.ZodObject, texts: ReadonlyMap<string, string>): JsonSchema {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  const described = Object.entries(properties).map(([name, property]) => [
    name,
    describe(property, texts.get(name)),
  ])
  return { type: 'object', properties: Object.fromEntries(described), required }
}

function describe(property: z.core.JSONSchema._JSONSchema, text: string | undefined): JsonSchema {
  if (typeof property === 'boolean') throw new Error('a parameter without a type')
  const { minimum: _minimum, maximum: _maximum, default: _default, ...rest } = property
  return text === undefined ? rest : { ...rest, description: text }
}
