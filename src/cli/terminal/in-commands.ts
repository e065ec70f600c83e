/*
 * Errors name MCP tools when they say what to do next. In a terminal these names are replaced by commands, or by a note
 * that the tool exists only over MCP.
 */

/** The first match wins, so phrases come before the names they contain. */
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

/** Names in quotes, and those that a rule is of, are of tools that agents have. */
const TOOLS =
  /(?<!the tool |"| of )\b(copy_agent|digest_source|message_agents|read_memory_as_of|run_tool|(?:append|attach|cancel|compact|configure|create|delete|detach|diff|get|insert|list|memory|replace|reset|respond|restore|search|send|update)_[a-z_]+)\b/g

/** Tools of the agent itself stay as they are. */
const INNER =
  /^(send_message.*|memory_(insert|replace|rethink)|(create|list|cancel)_tasks?|list_files)$/

export function inCommands(message: string): string {
  const told = COMMANDS.reduce((text, [name, command]) => text.replaceAll(name, command), message)
  return told.replaceAll(TOOLS, (name) => (INNER.test(name) ? name : `${name} (a tool over MCP)`))
}
