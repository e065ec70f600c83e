import type { AgentType } from '../../core/agent.ts'
import { isRecord } from '../../core/is-record.ts'
import { remembered } from '../../core/remembered.ts'
import type { JsonSchema, ToolSpec } from '../../llm/model.ts'
import { SPEAKING_TOOL } from './default-tools.ts'
import type { InnerTool } from './inner-tool.ts'
import { toolTexts } from './tool-texts.ts'

/**
 * Parameters with which a memgpt_agent thinks and asks for another step; they belong to the loop and never reach a
 * tool.
 */
export const THINKING = 'thinking'
export const HEARTBEAT = 'request_heartbeat'

/** The tools as the model sees them. */
export function toolSpecs(agentType: AgentType, tools: readonly InnerTool[]): readonly ToolSpec[] {
  return tools.map((tool) => toSpec(tool, agentType))
}

const toSpec = remembered(
  ({ name, description, parameters }: InnerTool, agentType: AgentType): ToolSpec => ({
    name,
    description,
    parameters: agentType === 'memgpt_agent' ? withLoopParameters(name, parameters) : parameters,
  }),
)

function withLoopParameters(name: string, schema: JsonSchema): JsonSchema {
  const { properties, required } = schema
  if (!isRecord(properties) || !Array.isArray(required))
    throw new Error(`${name} has no object schema`)
  const thinking = { [THINKING]: { type: 'string', description: toolTexts(THINKING).description } }
  const heartbeat = {
    [HEARTBEAT]: { type: 'boolean', description: toolTexts(HEARTBEAT).description },
  }
  // Speaking ends the turn, so this tool has no heartbeat.
  const own = name === SPEAKING_TOOL ? properties : { ...properties, ...heartbeat }
  return { ...schema, properties: { ...thinking, ...own }, required: [THINKING, ...required] }
}
