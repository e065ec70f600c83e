import { createInterface } from 'node:readline/promises'

/** Asks for one of these letters. Undefined if there is no terminal or the user closed the question. */
export async function askOne(question: string, letters: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    for (;;) {
      const closed = new Promise<undefined>((resolve) =>
        lines.once('close', () => resolve(undefined)),
      )
      const answer = await Promise.race([lines.question(question), closed])
      if (answer === undefined) return undefined
      const letter = answer.trim().toLowerCase()[0]
      if (letter !== undefined && letters.includes(letter)) return letter
    }
  } finally {
    lines.close()
  }
}
