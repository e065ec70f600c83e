import type { JsonSchema } from './json-schema.ts'

/** The parts of a function that a model and a sandbox need, read from its source without running anything. */
export interface Signature {
  /** Name of the function: the last public one, of TypeScript the last exported one. */
  readonly name: string
  /** Its docstring or JSDoc, without the parts about parameters and results; may be empty. */
  readonly description: string
  /** JSON Schema of the arguments: `{ type: 'object', properties, required, additionalProperties: false }`. */
  readonly parameters: JsonSchema
  /** Reserved parameters that it declares, filled in when it runs. The schema omits them. */
  readonly reserved: readonly ReservedParameter[]
}

/** Also `agentState` in TypeScript, and `agent_id` as in Letta. */
export type ReservedParameter = 'agent_state' | 'agent_id' | 'client'

/** Languages whose source is read and run. `typescript` includes JavaScript. */
export type SourceLanguage = 'python' | 'typescript'
