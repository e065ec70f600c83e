import { z } from 'zod'
import { defineInnerTool } from '../agent/tools/define-inner-tool.ts'
import type { InnerTool } from '../agent/tools/inner-tool.ts'
import { UserError } from '../core/errors.ts'
import { text } from '../core/limited.ts'
import { LIMITS } from '../core/limits.ts'
import { DEFAULT_TOOL_SECONDS } from '../core/stored-tool.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { failureText, OUTPUT_CHARACTERS, outputText, resultText } from './call-code.ts'

/** Letta also calls it js and ts. */
const LANGUAGES = {
  python: 'python',
  typescript: 'typescript',
  ts: 'typescript',
  javascript: 'typescript',
  js: 'typescript',
} as const

/** The tool `run_code`: a program of the agent, in the sandbox of tools, without any host call. */
export function runCode(sandbox: () => Promise<Sandbox>): InnerTool {
  return defineInnerTool({
    name: 'run_code',
    effect: 'readonly',
    parameters: {
      code: text(LIMITS.toolSource),
      language: z.enum(['python', 'typescript', 'ts', 'javascript', 'js']),
    },
    async run({ code, language }, _context, signal) {
      const outcome = await (await sandbox()).run({
        language: LANGUAGES[language],
        source: code,
        arguments: {},
        host: [],
        limits: { milliseconds: DEFAULT_TOOL_SECONDS * 1_000, outputChars: OUTPUT_CHARACTERS },
        signal,
      })
      if (outcome.status !== 'success') {
        throw new UserError('invalid_argument', failureText('The program', outcome))
      }
      return JSON.stringify({
        result: resultText(outcome),
        stdout: outputText(outcome.stdout),
        stderr: outputText(outcome.stderr),
      })
    },
  })
}
