import { newId } from '../../core/ids.ts'
import type { ToolTrialResult } from '../../core/tool-view.ts'

/** The result of a tool of an agent that was run alone. */
export function presentExecution({ status, result, stdout, stderr }: ToolTrialResult) {
  return {
    status: status === 'success' ? 'success' : 'error',
    func_return: result,
    agent_state: null,
    stdout: linesOf(stdout),
    stderr: linesOf(stderr),
    sandbox_config_fingerprint: null,
  }
}

/** The result of a source that was run once: a message that belongs to no agent. */
export function presentReturn(trial: ToolTrialResult) {
  const { status, func_return: tool_return, stdout, stderr } = presentExecution(trial)
  return {
    id: newId('message'),
    date: new Date().toISOString(),
    message_type: 'tool_return_message',
    tool_call_id: newId('call'),
    ...{ status, tool_return, stdout, stderr },
  }
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : [text]
}
