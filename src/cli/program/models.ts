import type { Command } from 'commander'
import { ConfigError } from '../../core/config-error.ts'
import { createCommand } from './command.ts'
import { AS_JSON } from './facts.ts'
import { configOf } from './flags.ts'

/** Commands for embedding models that run on this machine. */
export function models(): Command {
  return createCommand({
    name: 'models',
    summary: 'list or fetch embedding models that run on this machine',
    about:
      'Embedding models that need no key and no server, as local/<model>. They need a package that Recollect does not ' +
      'install; list says whether it is there. Details: docs/embeddings.md.',
  })
    .addCommand(list())
    .addCommand(fetch())
    .action(() => {
      throw new ConfigError(
        'models takes one of these: recollect models list, recollect models fetch <model>.',
      )
    })
}

function list(): Command {
  return createCommand({
    name: 'list',
    summary: 'lists known and fetched models',
    about: 'Lists the models that have a short name, and others that were fetched.',
    settings: ['home'],
  })
    .option(...AS_JSON)
    .action(async (given) => {
      const config = configOf(given)
      const { listModels } = await import('../commands/models.ts')
      await listModels(config, given)
    })
}

function fetch(): Command {
  return createCommand({
    name: 'fetch',
    summary: 'downloads a model',
    about:
      'Downloads the files of a model from huggingface.co, or the mirror that HF_ENDPOINT names, into the data directory. ' +
      'What is there already is checked and kept.',
    settings: ['home'],
  })
    .argument('<model>', 'a name of the list, or <owner>/<name> of the hub')
    .option(...AS_JSON)
    .action(async (name, given) => {
      const config = configOf(given)
      const { fetchModel } = await import('../commands/models.ts')
      await fetchModel(config, name, given)
    })
}
