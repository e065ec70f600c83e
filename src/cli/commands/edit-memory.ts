import type { Config } from '../../config/config.ts'
import { UserError } from '../../core/errors.ts'
import { askOne } from '../terminal/ask.ts'
import { closeDraft, edit, openDraft } from '../terminal/draft.ts'
import { inCommands } from '../terminal/in-commands.ts'
import { visible } from '../terminal/visible.ts'
import { withContext } from './with-context.ts'

type Memory = Parameters<Parameters<typeof withContext>[1]>[0]['memory']

interface Known {
  readonly value: string
  /** 0 if the agent has no such block yet. */
  readonly version: number
}

/** Opens a block in the editor and stores the result, unless somebody else has changed the block meanwhile. */
export async function editMemory(
  config: Config,
  agent: string,
  label: string | undefined,
): Promise<void> {
  await withContext(config, async ({ memory }) => {
    const chosen = label ?? (await onlyLabel(memory, agent))
    let known = await read(memory, agent, chosen)
    const draft = await openDraft(chosen, known.value)
    for (;;) {
      const text = await edit(draft)
      if (text === known.value) {
        say(`Nothing was changed: ${chosen} is as it was.`)
        break
      }
      const problem = await store(memory, agent, chosen, text, known.version)
      if (problem === undefined) {
        say(`${chosen} was stored.`)
        break
      }
      say(inCommands(problem.message))
      const now = await read(memory, agent, chosen)
      const answer = await whatNext(problem, draft.path, now)
      if (answer === 'overwrite') {
        const left = await store(memory, agent, chosen, text, now.version)
        if (left === undefined) {
          say(
            `${chosen} was stored over version ${now.version}, which recollect keeps in its history.`,
          )
          break
        }
        say(inCommands(left.message))
      }
      known = now
    }
    await closeDraft(draft)
  })
}

async function onlyLabel(memory: Memory, agent: string): Promise<string> {
  const { blocks } = await memory.read(agent)
  const labels = blocks.map(({ block }) => block.label)
  const [only, ...others] = labels
  if (only !== undefined && others.length === 0) return only
  throw new UserError(
    'invalid_argument',
    `Say which block to edit: recollect memory <agent> <label> --edit. The agent has ${labels.join(', ') || 'none yet'}.`,
  )
}

async function read(memory: Memory, agent: string, label: string): Promise<Known> {
  const { blocks } = await memory.read(agent)
  const block = blocks.find((one) => one.block.label === label)?.block
  return { value: block?.value ?? '', version: block?.version ?? 0 }
}

/** Returns the reason if the text was not stored. */
async function store(
  memory: Memory,
  agent: string,
  label: string,
  text: string,
  expectedVersion: number,
): Promise<UserError | undefined> {
  try {
    await memory.write(agent, label, text, { expectedVersion, reason: 'edited in a terminal' })
    return undefined
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

/** Asks how to go on. Throws if there is nobody to ask or the user gives up; the text stays in its file. */
async function whatNext(
  { code }: UserError,
  path: string,
  now: Known,
): Promise<'again' | 'overwrite'> {
  const isConflict = code === 'conflict'
  if (isConflict) {
    say(`Somebody else wrote this meanwhile (version ${now.version}):\n\n${visible(now.value)}\n`)
  }
  const keys = isConflict ? 'eoq' : 'eq'
  const question = isConflict
    ? 'Edit your text again, overwrite theirs with it, or quit and keep it in a file? [e/o/q] '
    : 'Edit your text again, or quit and keep it in a file? [e/q] '
  switch (await askOne(question, keys)) {
    case 'e':
      return 'again'
    case 'o':
      return 'overwrite'
    default:
      throw new UserError(
        isConflict ? 'conflict' : 'invalid_argument',
        `Nothing was stored. Your text is kept in ${path}.`,
      )
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
