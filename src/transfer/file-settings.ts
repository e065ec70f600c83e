import type { AgentSettings } from '../core/agent-settings.ts'
import type { FileSettings } from './agent-file.ts'

export function toFileSettings(settings: AgentSettings): FileSettings {
  return {
    compaction_threshold: settings.compactionThreshold,
    compaction_target: settings.compactionTarget,
    compaction_mode: settings.compactionMode,
    summary_model: settings.summaryModel,
    message_buffer_autoclear: settings.messageBufferAutoclear,
    timezone: settings.timezone,
    temperature: settings.temperature,
    max_output_tokens: settings.maxOutputTokens,
    ...(settings.reasoning !== 'off' && { reasoning: settings.reasoning }),
    parallel_tool_calls: settings.parallelToolCalls,
    embed_messages: settings.embedMessages,
    ...(settings.secretNames.length > 0 && { secret_names: [...settings.secretNames] }),
  }
}

export function fromFileSettings(settings: FileSettings): AgentSettings {
  return {
    compactionThreshold: settings.compaction_threshold,
    compactionTarget: settings.compaction_target,
    compactionMode: settings.compaction_mode,
    summaryModel: settings.summary_model,
    messageBufferAutoclear: settings.message_buffer_autoclear,
    timezone: settings.timezone,
    temperature: settings.temperature,
    maxOutputTokens: settings.max_output_tokens,
    reasoning: settings.reasoning ?? 'off',
    parallelToolCalls: settings.parallel_tool_calls,
    embedMessages: settings.embed_messages,
    // Another owner's consent is none here, so it is not in a file.
    ownToolsNeedApproval: true,
    secretNames: settings.secret_names ?? [],
  }
}
