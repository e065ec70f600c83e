import type { ClientTool } from '../../core/client-run.ts'
import { UserError } from '../../core/errors.ts'
import type { InnerTool } from './inner-tool.ts'
import type { ToolRegistry } from './tool-registry.ts'

/** The registry of a run whose sender runs some tools itself. Those come before the agent's own of the same name. */
export function withClientTools(
  registry: ToolRegistry,
  clientTools: readonly ClientTool[],
): ToolRegistry {
  if (clientTools.length === 0) return registry
  const names = new Set(clientTools.map(({ name }) => name))
  return {
    ...registry,
    async ofAgent(reads, agent) {
      const own = await registry.ofAgent(reads, agent)
      return [...own.filter(({ name }) => !names.has(name)), ...clientTools.map(toInnerTool)]
    },
  }
}

function toInnerTool({ name, description, parameters }: ClientTool): InnerTool {
  return {
    name,
    description,
    parameters: { type: 'object', properties: {}, required: [], ...parameters },
    effect: 'once',
    needsApproval: 'every_call',
    // The client checks what it runs.
    straighten: (args) => args,
    bind: () => ({
      trust: 'untrusted',
      effect: 'once',
      async run() {
        throw new UserError('unsupported', 'The client was to run this tool and sent no result.')
      },
    }),
  }
}
