import { reading } from '../commands/with-context.ts'
import { configOf } from './flags.ts'

/** Chosen by hand. */
const MAX_NAMES = 200

/** Names that need no quoting in any shell. */
const PLAIN = /^[\p{L}\p{N}_.@+-]+$/u

/** Agents by name, or by id where a shell would misread the name. */
export async function agentNames(settings: Readonly<Record<string, string>>) {
  return reading(configOf(settings), async ({ agents }) => {
    const { items } = await agents.list({ limit: MAX_NAMES })
    const times = new Map<string, number>()
    for (const { name } of items) times.set(name, (times.get(name) ?? 0) + 1)
    return items.map(({ id, name, description }) =>
      PLAIN.test(name) && times.get(name) === 1
        ? { word: name, meaning: description }
        : { word: id, meaning: name },
    )
  })
}
