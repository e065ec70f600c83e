import type { ReceivedRequest, ScriptedAnswer } from '../support/scripted-provider.ts'
import { systemText, type World } from './support.ts'

type Body = ReceivedRequest['body']

/** Plays an agent's model. */
export type Script = (body: Body) => ScriptedAnswer

/** Agents of the type without heartbeats, each with a script of its own; a name is also the agent's persona. */
export async function createTeam(
  world: World,
  members: Readonly<
    Record<string, { readonly script: Script; readonly tools: readonly string[]; tags?: string[] }>
  >,
): Promise<Readonly<Record<string, string>>> {
  const ids: Record<string, string> = {}
  for (const [name, { tools, tags = [] }] of Object.entries(members)) {
    const persona = `I am ${name}.`
    const agent = { name, persona, tags, tools, agentType: 'letta_v1_agent' } as const
    ids[name] = await world.createAgent(agent)
  }
  world.provider.respondWith((body) => {
    const [, member] =
      Object.entries(members).find(([name]) => systemText(body).includes(`I am ${name}.`)) ?? []
    if (!member) throw new Error('a request of no member')
    return member.script(body)
  })
  return ids
}

/** The newest message of a request, and whether it is the result of a call. */
export function newest(body: Body): { readonly role: string; readonly content: string } {
  return body.messages.at(-1)
}

export const ASYNC = 'send_message_to_agent_async'
export const WAIT = 'send_message_to_agent_and_wait_for_reply'
export const TAGS = 'send_message_to_agents_matching_tags'
