import { completeIds } from '../complete-ids.ts'
import { agent } from './agent.ts'
import { agentContext } from './agent-context.ts'
import { agentMemory } from './agent-memory.ts'
import { agentMessages } from './agent-messages.ts'
import { agents } from './agents.ts'
import { matchUri, type Resource, type Variables } from './define-resource.ts'
import { memoryBlock } from './memory-block.ts'
import { passage } from './passage.ts'
import { run } from './run.ts'

const RESOURCES: readonly Resource[] = [
  agents,
  agent,
  agentMemory,
  memoryBlock,
  agentMessages,
  agentContext,
  passage,
  run,
]

/** Those with variables in their URI. */
export const TEMPLATES = RESOURCES.filter((resource) => resource.uri.includes('{'))

/** The resource of that URI, and the values of its template's variables. */
export function findResource(
  uri: string,
): { readonly resource: Resource; readonly variables: Variables } | undefined {
  for (const resource of RESOURCES) {
    const variables = matchUri(resource.uri, uri)
    if (variables !== undefined) return { resource, variables: completeIds(variables) }
  }
  return undefined
}
