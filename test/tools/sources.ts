/* Functions of users, in both languages: those of the examples. */

export const ROLL_DICE = {
  python: `def roll_dice(num_sides: int = 6):
    """
    Roll a die.

    Args:
        num_sides (int): How many sides it has. Defaults to 6.

    Returns:
        int: What came up.
    """
    import random
    return random.randint(1, num_sides)
`,
  typescript: `/**
 * Roll a die.
 *
 * @param num_sides How many sides it has. Defaults to 6.
 * @returns What came up.
 */
export function roll_dice(num_sides: number = 6): number {
  return 1 + Math.floor(Math.random() * num_sides)
}
`,
} as const

export const CLEAR_MEMORY = {
  python: `def clear_memory(agent_state: "AgentState"):
    """Forget what is known of the user."""
    agent_state.memory.update_block_value("human", "")
    return "memory reset"
`,
  typescript: `/** Forget what is known of the user. */
export function clear_memory(agentState: AgentState): string {
  agentState.memory.updateBlockValue('human', '')
  return 'memory reset'
}
`,
} as const

export const WHAT_HAPPENED = `/**
 * Look up a day.
 * @param question The day in words.
 */
export async function what_happened(question: string, client: Client): Promise<unknown> {
  const { passages } = await client.search_archival(question)
  return passages.map(({ text }) => text)
}
`

/** Creates an agent, gives it a block and messages it. */
export const HIRE = {
  python: `def hire(name: str, client):
    """Hire a helper.

    Args:
        name: How it is called.
    """
    made = client.create_agent(name=name)
    client.write_memory_block(label="task", value="Sort the mail.", agent=made["agent_id"])
    client.send_message(agent=made["agent_id"], message="Begin.")
    return "hired"
`,
  typescript: `/**
 * Hire a helper.
 * @param name How it is called.
 */
export async function hire(name: string, client: Client): Promise<string> {
  const made = await client.createAgent({ name })
  await client.writeMemoryBlock({ label: 'task', value: 'Sort the mail.', agent: made.agent_id })
  await client.sendMessage({ agent: made.agent_id, message: 'Begin.' })
  return 'hired'
}
`,
} as const

/** Appends to a block of another agent. */
export const TELL_OTHER = {
  python: `def tell_other(agent: str, text: str, client):
    """Note something in the memory of another agent.

    Args:
        agent: Its name.
        text: The note.
    """
    client.append_to_memory_block(label="human", text=text, agent=agent)
    return "noted"
`,
  typescript: `/**
 * Note something in the memory of another agent.
 * @param agent Its name.
 * @param text The note.
 */
export async function tell_other(agent: string, text: string, client: Client): Promise<string> {
  await client.appendToMemoryBlock({ label: 'human', text, agent })
  return 'noted'
}
`,
} as const

export const LANGUAGES = ['python', 'typescript'] as const

/** A function that returns its argument, with this name and docstring. */
export function echo(name: string, doc = 'Says it again.'): string {
  return `/**\n * ${doc}\n * @param text What to say.\n */\nexport function ${name}(text: string): string {\n  return text\n}\n`
}
