import { reading } from '../commands/with-context.ts'
import { configOf } from './flags.ts'

const MOST = 200

/** As shells read it: nothing in it has a meaning of its own, nor would it have to be quoted. */
const PLAIN = /^[\p{L}\p{N}_.@+-]+$/u

/** Agents by their names, or by their ids where a shell would take a name for something else. */
export async function agentNames(settings: Readonly<Record<string, string>>) {
  return reading(configOf(settings), async ({ agents }) => {
    const { items } = await agents.list({ limit: MOST })
    const times = new Map<string, number>()
    for (const { name } of items) times.set(name, (times.get(name) ?? 0) + 1)
    return items.map(({ id, name, description }) =>
      PLAIN.test(name) && times.get(name) === 1
        ? { word: name, meaning: description }
        : { word: id, meaning: name },
    )
  })
}
