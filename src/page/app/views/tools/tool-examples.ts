/* Beginnings for a new tool: hints for types, a docstring, and the agent's memory. */

const PYTHON = `def roll_dice(agent_state, sides: int = 6) -> str:
    """
    Roll a die, and keep the last roll in memory.

    Args:
        sides (int): How many sides the die has.
    """
    import random
    rolled = random.randint(1, sides)
    print(f"rolled {rolled} of {sides}")
    agent_state.memory.update_block_value("human", f"Last roll: {rolled}")
    return f"You rolled {rolled}."
`

const TYPESCRIPT = `/**
 * Roll a die, and keep the last roll in memory.
 *
 * @param sides How many sides the die has.
 */
export function roll_dice(agentState: AgentState, sides: number = 6): string {
  const rolled = 1 + Math.floor(Math.random() * sides)
  console.log(\`rolled \${rolled} of \${sides}\`)
  agentState.memory.updateBlockValue('human', \`Last roll: \${rolled}\`)
  return \`You rolled \${rolled}.\`
}
`

export const EXAMPLES = { python: PYTHON, typescript: TYPESCRIPT } as const
