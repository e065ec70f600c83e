import { z } from 'zod'

/** The fields of Claude Code's hook input that are used here. Other assistants may send fewer. */
const HookInput = z.object({
  cwd: z.string().min(1).optional().catch(undefined),
  transcript_path: z.string().min(1).optional().catch(undefined),
})

/** How long to wait for input; chosen by hand. */
const PATIENCE_MILLISECONDS = 500

export interface ReadHookInput {
  readonly directory: string | undefined
  readonly transcript: string | undefined
}

export async function readHookInput(): Promise<ReadHookInput> {
  const parsed = HookInput.safeParse(parse(await readStdin()))
  const { cwd, transcript_path } = parsed.data ?? {}
  return { directory: cwd, transcript: transcript_path }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readStdin(): Promise<string> {
  if (process.stdin.isTTY) return ''
  let text = ''
  const ended = new Promise<void>((resolve) => {
    process.stdin.on('data', (piece) => {
      text += piece
      // Some assistants leave stdin open, so stop at the end of the JSON object.
      if (parse(text) !== undefined) resolve()
    })
    process.stdin.once('end', resolve).once('error', resolve)
    setTimeout(resolve, PATIENCE_MILLISECONDS).unref()
  })
  process.stdin.setEncoding('utf8')
  await ended
  process.stdin.destroy()
  return text
}
