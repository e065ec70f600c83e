import { growing } from '../../core/growing.ts'
import type { RunId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'

/**
 * The history turn by turn, up to the turn of `current`. A message that was cancelled while the agent worked on an
 * earlier one is stored in the middle of that turn; the agent must not take it for a part of its work.
 */
export function inTurns(messages: readonly Message[], current: RunId | null): readonly Message[] {
  if (areInTurns(messages, current)) return messages
  const turns = new Map<string, Message[]>()
  for (const message of messages) {
    const key = turnOf(message)
    const turn = turns.get(key)
    if (turn) turn.push(message)
    else turns.set(key, [message])
  }
  const keys = [...turns.keys()]
  const end = current !== null && turns.has(current) ? keys.indexOf(current) + 1 : keys.length
  return keys.slice(0, end).flatMap((key) => turns.get(key) ?? [])
}

/** Nearly always, and a long history need not be sorted anew at every step. */
function areInTurns(messages: readonly Message[], current: RunId | null): boolean {
  const { areSorted, last, turns } = orderOf(messages)
  return areSorted && (current === null || !turns.has(current) || last === current)
}

interface Order {
  readonly areSorted: boolean
  readonly last: string
  readonly turns: ReadonlyMap<string, true>
}

const orderOf = growing(() => {
  const turns = new Map<string, true>()
  let last = ''
  let areSorted = true
  return {
    add(message: Message, changes) {
      const turn = turnOf(message)
      if (turn === last) return
      const before = { last, areSorted }
      changes.undoneBy(() => ({ last, areSorted } = before))
      if (turns.has(turn)) areSorted = false
      else changes.set(turns, turn, true)
      last = turn
    },
    made: (): Order => ({ areSorted, last, turns }),
  }
})

function turnOf({ runId, id }: Message): string {
  return runId ?? id
}
