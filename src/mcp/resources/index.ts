import { agent } from './agent.ts'
import { agentContext } from './agent-context.ts'
import { agentMemory } from './agent-memory.ts'
import { agentMessages } from './agent-messages.ts'
import { agents } from './agents.ts'
import type { Resource } from './define-resource.ts'
import { group } from './group.ts'
import { job } from './job.ts'
import { jobs } from './jobs.ts'
import { memoryBlock } from './memory-block.ts'
import { passage } from './passage.ts'
import { run } from './run.ts'
import { runs } from './runs.ts'
import { tool } from './tool.ts'
import { tools } from './tools.ts'

export const RESOURCES: readonly Resource[] = [
  agents,
  agent,
  agentMemory,
  memoryBlock,
  agentMessages,
  agentContext,
  passage,
  runs,
  run,
  tools,
  tool,
  group,
  jobs,
  job,
]
