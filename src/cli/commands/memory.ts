import { openPresenters } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { countCharacters } from '../../core/text.ts'
import { painterFor } from '../terminal/style.ts'
import { type Asked, tellJson } from '../terminal/tell.ts'
import { visible } from '../terminal/visible.ts'
import { reading } from './with-context.ts'

/** Prints an agent's blocks with their labels, or only the text of one block. */
export async function printMemory(
  config: Config,
  agent: string,
  label: string | undefined,
  { json = false }: Asked,
): Promise<void> {
  await reading(config, async ({ memory }) => {
    const { agentId, blocks } = await memory.read(agent, label)
    if (json) {
      const { presentWholeBlock } = await openPresenters()
      return tellJson({ agent_id: agentId, blocks: blocks.map(presentWholeBlock) })
    }
    const paint = painterFor(process.stdout)
    const parts = blocks.map(({ block }) => {
      const chars = countCharacters(block.value).toLocaleString('en')
      const size = `${chars} of ${block.limit.toLocaleString('en')} characters, version ${block.version}`
      const head =
        label === undefined ? `${paint('bold', block.label)} ${paint('dim', `(${size})`)}\n` : ''
      return `${head}${visible(block.value)}\n`
    })
    process.stdout.write(parts.join('\n'))
  })
}
