import type { Talk } from './follow.ts'

/** Prints the newest spoken messages, oldest first. */
export async function showPast(
  talk: Pick<Talk, 'context' | 'agent' | 'screen'>,
  most: number,
): Promise<void> {
  const { context, agent, screen } = talk
  const { items } = await context.recall.search(agent.id, {
    roles: ['user', 'assistant'],
    limit: Math.min(most, 100),
  })
  for (const { item } of items.toReversed()) {
    if (item.role === 'user') screen.user(item.text)
    if (item.role === 'assistant') for (const text of item.said) screen.reply(agent.name, text)
  }
}

/** The user's earlier messages, newest first, for the arrow keys. */
export async function pastInput({
  context,
  agent,
}: Pick<Talk, 'context' | 'agent'>): Promise<readonly string[]> {
  const { items } = await context.recall.search(agent.id, { roles: ['user'], limit: 100 })
  return items.flatMap(({ item }) => (item.role === 'user' ? [item.text] : []))
}
