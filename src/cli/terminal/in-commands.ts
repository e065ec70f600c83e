/*
 * The parts of Recollect name the tools of an MCP client when they say what to do next. At a terminal there are
 * commands instead, and where there is none, it is said where the tool is.
 */

/** The first that matches counts; phrases come before the names in them. */
const COMMANDS: readonly (readonly [RegExp, string])[] = [
  [
    /Call list_agents to see those that exist, or create_agent\./g,
    'Run recollect agents to see those that exist, or recollect chat <name> --create.',
  ],
  [/Call list_agents\b/g, 'Run recollect agents'],
  [/\blist_agents\b/g, 'recollect agents'],
  [/\bget_agent\b/g, 'recollect agents show <agent>'],
  [/\bread_memory\b/g, 'recollect memory <agent>'],
  [/\bwrite_memory_block\b/g, 'recollect memory <agent> <label> --edit'],
  [/\bexport_agent\b/g, 'recollect export <agent> <file>'],
  [/\bimport_agent\b/g, 'recollect import <file>'],
  [/\b[Cc]all (get_run|send_message)\b/g, 'use the tool $1 of an MCP client'],
]

const TOOLS =
  /(?<!the tool )\b((?:append|attach|cancel|compact|configure|create|delete|detach|diff|get|insert|list|memory|replace|reset|respond|restore|search|send|update)_[a-z_]+)\b/g

/** An agent's own tools. */
const INNER = /^(send_message|memory_insert|memory_replace|memory_rethink)$/

export function inCommands(message: string): string {
  const told = COMMANDS.reduce((text, [name, command]) => text.replaceAll(name, command), message)
  return told.replaceAll(TOOLS, (name) => (INNER.test(name) ? name : `${name} (a tool over MCP)`))
}
