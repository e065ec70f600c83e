import { UserError } from '../../core/errors.ts'
import type { AgentFile, FileArchive, FileBlock } from './agent-file.ts'

/** Checks that what has one key is one thing in the files of all agents. Throws UserError for the first violation. */
export function checkShared(files: readonly AgentFile[]): void {
  const known = new Map<string, string>()
  for (const { blocks, archives } of files) {
    const own = new Set<string>()
    const shared = [
      ...blocks.map((block) => ['block', block.key, () => contentOfBlock(block)] as const),
      ...archives.map(
        (archive) => ['archive', archive.key, () => contentOfArchive(archive)] as const,
      ),
    ]
    for (const [kind, key, content] of shared) {
      if (key === undefined) continue
      const place = `${kind} ${key}`
      if (own.has(place)) throw wrong(place, 'stands twice in one agent')
      own.add(place)
      const text = content()
      if ((known.get(place) ?? text) !== text) throw wrong(place, 'differs from agent to agent')
      known.set(place, text)
    }
  }
}

/** Whose versions they are depends on the agent. */
function contentOfBlock({ attached_at: _, versions, ...block }: FileBlock): string {
  return JSON.stringify({ ...block, versions: versions.map(({ by: __, ...version }) => version) })
}

function contentOfArchive({ is_default: _, ...archive }: FileArchive): string {
  return JSON.stringify(archive)
}

function wrong(place: string, problem: string): UserError {
  return new UserError(
    'invalid_argument',
    `Invalid file: the ${place} ${problem}; nothing was imported. Export the team again.`,
  )
}
