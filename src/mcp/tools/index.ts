import type { Toolset } from '../../core/toolset.ts'
import type { Tool } from '../call/define-tool.ts'
import { appendToMemoryBlock } from './append-to-memory-block.ts'
import { attachArchive } from './attach-archive.ts'
import { attachBlock } from './attach-block.ts'
import { attachTool } from './attach-tool.ts'
import { cancelJob } from './cancel-job.ts'
import { cancelRun } from './cancel-run.ts'
import { checkTool } from './check-tool.ts'
import { compactContext } from './compact-context.ts'
import { configureAgent } from './configure-agent.ts'
import { configureSleeptime } from './configure-sleeptime.ts'
import { copyAgent } from './copy-agent.ts'
import { createAgent } from './create-agent.ts'
import { createArchive } from './create-archive.ts'
import { createBlock } from './create-block.ts'
import { createGroup } from './create-group.ts'
import { createSchedule } from './create-schedule.ts'
import { createTool } from './create-tool.ts'
import { deleteAgent } from './delete-agent.ts'
import { deleteArchival } from './delete-archival.ts'
import { deleteGroup } from './delete-group.ts'
import { deleteSchedule } from './delete-schedule.ts'
import { deleteTool } from './delete-tool.ts'
import { detachArchive } from './detach-archive.ts'
import { detachBlock } from './detach-block.ts'
import { detachTool } from './detach-tool.ts'
import { diffMemoryBlock } from './diff-memory-block.ts'
import { diffTool } from './diff-tool.ts'
import { digestSource } from './digest-source.ts'
import { exportAgent } from './export-agent.ts'
import { getAgent } from './get-agent.ts'
import { getRun } from './get-run.ts'
import { getTool } from './get-tool.ts'
import { importAgent } from './import-agent.ts'
import { insertArchival } from './insert-archival.ts'
import { inspectContext } from './inspect-context.ts'
import { listAgents } from './list-agents.ts'
import { listArchives } from './list-archives.ts'
import { listBlocks } from './list-blocks.ts'
import { listGroups } from './list-groups.ts'
import { listJobs } from './list-jobs.ts'
import { listModels } from './list-models.ts'
import { listRuns } from './list-runs.ts'
import { listSchedules } from './list-schedules.ts'
import { listToolServers } from './list-tool-servers.ts'
import { listTools } from './list-tools.ts'
import { load } from './load.ts'
import { memoryHistory } from './memory-history.ts'
import { messageAgents } from './message-agents.ts'
import { readMemory } from './read-memory.ts'
import { readMemoryAsOf } from './read-memory-as-of.ts'
import { replaceInMemoryBlock } from './replace-in-memory-block.ts'
import { resetMessages } from './reset-messages.ts'
import { respondToApproval } from './respond-to-approval.ts'
import { restoreMemoryBlock } from './restore-memory-block.ts'
import { restoreTool } from './restore-tool.ts'
import { runTool } from './run-tool.ts'
import { searchArchival } from './search-archival.ts'
import { searchConversation } from './search-conversation.ts'
import { sendMessage } from './send-message.ts'
import { stats } from './stats.ts'
import { syncBlock } from './sync-block.ts'
import { toolHistory } from './tool-history.ts'
import { updateAgent } from './update-agent.ts'
import { updateTool } from './update-tool.ts'
import { writeMemoryBlock } from './write-memory-block.ts'

/** In the order in which clients show them: conversation, memory, then the rest. */
const CORE: readonly Tool[] = [
  listAgents,
  createAgent,
  sendMessage,
  getRun,
  cancelRun,
  respondToApproval,
  readMemory,
  writeMemoryBlock,
  replaceInMemoryBlock,
  appendToMemoryBlock,
  insertArchival,
  searchArchival,
  deleteArchival,
  searchConversation,
  getAgent,
  updateAgent,
  deleteAgent,
  inspectContext,
]

const MEMORY: readonly Tool[] = [
  listBlocks,
  createBlock,
  attachBlock,
  detachBlock,
  memoryHistory,
  diffMemoryBlock,
  restoreMemoryBlock,
  readMemoryAsOf,
  listArchives,
  createArchive,
  attachArchive,
  detachArchive,
]

const FOR_AGENTS: readonly Tool[] = [
  listTools,
  getTool,
  checkTool,
  createTool,
  updateTool,
  deleteTool,
  toolHistory,
  diffTool,
  restoreTool,
  attachTool,
  detachTool,
  runTool,
  listToolServers,
]

const ADMIN: readonly Tool[] = [
  configureAgent,
  compactContext,
  resetMessages,
  listRuns,
  listModels,
  stats,
]

/** Work in the background belongs to both toolsets. */
const JOBS: readonly Tool[] = [listJobs, cancelJob]

const AGENTS: readonly Tool[] = [
  messageAgents,
  copyAgent,
  createGroup,
  listGroups,
  deleteGroup,
  createSchedule,
  listSchedules,
  deleteSchedule,
  configureSleeptime,
  digestSource,
  syncBlock,
  ...JOBS,
]

const TRANSFER: readonly Tool[] = [exportAgent, importAgent, load, ...JOBS]

export const TOOLSETS: Readonly<Record<Toolset, readonly Tool[]>> = {
  core: CORE,
  memory: MEMORY,
  tools: FOR_AGENTS,
  agents: AGENTS,
  admin: ADMIN,
  transfer: TRANSFER,
}

export function toolsOf(toolsets: readonly Toolset[]): readonly Tool[] {
  return [...new Set(toolsets.flatMap((toolset) => TOOLSETS[toolset]))]
}
