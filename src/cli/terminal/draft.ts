import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readEditor } from '../../config/read-config.ts'
import { UserError } from '../../core/errors.ts'

/** A text in a temporary file that only this user can read, for the editor. */
export interface Draft {
  readonly path: string
  /** The original text. An editor may add a final line feed or change line ends; that does not count as an edit. */
  readonly text: string
}

export async function openDraft(name: string, text: string): Promise<Draft> {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-'))
  const path = join(directory, `${name.replaceAll('/', '-')}.md`)
  await writeFile(path, text, { mode: 0o600 })
  return { path, text }
}

/** Runs the editor and returns the edited text. Throws a UserError if the editor cannot be run or fails. */
export async function edit({ path, text }: Draft): Promise<string> {
  const editor = readEditor()
  // A shell handles both arguments as in "code --wait" and backslashes in Windows paths.
  const child = spawn(`${editor} ${quoted(path)}`, { stdio: 'inherit', shell: true })
  const code = await once(child, 'exit').then(
    ([status]) => Number(status ?? 1),
    () => 1,
  )
  if (code !== 0) {
    throw new UserError(
      'invalid_argument',
      `The editor "${editor}" ended with ${code}, so nothing was stored; the text is in ${path}. Set $EDITOR to an editor that waits until you are done.`,
    )
  }
  const written = await readFile(path, 'utf8')
  const edited = text.includes('\r\n') ? written : written.replaceAll('\r\n', '\n')
  return text.endsWith('\n') ? edited : edited.replace(/\r?\n$/, '')
}

export async function closeDraft({ path }: Draft): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true })
}

function quoted(path: string): string {
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`
}
