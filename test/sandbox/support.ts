import { fileURLToPath } from 'node:url'
import { createLog } from '../../src/core/log.ts'
import { createSandbox } from '../../src/sandbox/calls/create-sandbox.ts'
import type {
  AgentSnapshot,
  Sandbox,
  SandboxCall,
  SandboxOutcome,
} from '../../src/sandbox/sandbox.ts'
import type { SourceLanguage } from '../../src/source/signature.ts'

export const LANGUAGES = ['typescript', 'python'] as const

/** Kept between runs: a snapshot of Python takes seconds to make. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/recollect', import.meta.url))

export function openSandbox(): Sandbox {
  return createSandbox({ log: createLog('error', []), cacheFolder: CACHE })
}

export const ANGUS: AgentSnapshot = {
  id: 'agent-5c2c9a4e-6f0e-4a55-9b56-2f9f5c0f2d11',
  name: 'Angus',
  description: 'keeps notes',
  tags: ['notes', 'home'],
  blocks: [
    { label: 'human', value: 'Mia', description: 'the user', limit: 40, readOnly: false },
    { label: 'rules', value: 'be kind', description: 'fixed', limit: 40, readOnly: true },
  ],
}

/** One call with limits that a test need not care about. */
export function runIn(
  sandbox: Sandbox,
  language: SourceLanguage,
  source: string,
  options: Partial<SandboxCall> = {},
): Promise<SandboxOutcome> {
  return sandbox.run({
    language,
    source,
    entry: 'f',
    arguments: {},
    host: [],
    limits: { milliseconds: 20_000, outputChars: 3_000 },
    ...options,
  })
}
