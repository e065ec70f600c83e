import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { configOf, DATA, SERVER } from './flags.ts'

export const AS_JSON = ['--json', 'answer in JSON, for programs'] as const

export function doctor(): Command {
  return createCommand({
    name: 'doctor',
    summary: 'checks everything and says how to fix problems',
    about:
      'Opens the data and makes one small call, with a tool, to the model that agents would use; then one to every ' +
      'embedding model in use. It takes the settings of a server, whose doctor it is. Exit 1 when agents can not work.',
    settings: SERVER,
  })
    .option(...AS_JSON)
    .option(
      '--forget <model>',
      'forget what was learnt of a model, as provider/model, or of all, before trying it',
    )
    .action(async (given) => {
      const config = configOf(given)
      const { doctor } = await import('../commands/doctor.ts')
      await doctor(config, given)
    })
}

export function stats(): Command {
  return createCommand({
    name: 'stats',
    summary: 'prints counts',
    about:
      'Counts agents, blocks, messages, passages and runs, and tells how large the data is. It only reads, also beside ' +
      'servers at work.',
    settings: DATA,
  })
    .option(...AS_JSON)
    .action(async (given) => {
      const config = configOf(given)
      const { stats } = await import('../commands/stats.ts')
      await stats(config, given)
    })
}
