import type { Entry } from '../../app/app.ts'
import { excerpt } from '../../core/text.ts'
import type { Screen } from './screen.ts'

/** Chosen by hand. */
const STEP_CHARACTERS = 500

/** Prints the agent's reasoning, tool calls and tool results. */
export function showStep(screen: Screen, entry: Entry): void {
  switch (entry.type) {
    case 'reasoning_message':
      screen.note(`  thinks: ${excerpt(entry.text ?? '', STEP_CHARACTERS)}`)
      break
    case 'tool_call_message':
      screen.note(`  calls ${entry.tool_name} ${excerpt(entry.arguments ?? '', STEP_CHARACTERS)}`)
      break
    case 'tool_return_message':
      screen.note(`  ${entry.status}: ${excerpt(entry.text ?? '', STEP_CHARACTERS)}`)
  }
}
