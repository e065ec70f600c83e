import { describe } from 'vitest'
import { expectBounded } from './attempt.ts'
import { TYPESCRIPT } from './typescript-attempts.ts'

describe('whatever code does in the sandbox for TypeScript', () => {
  expectBounded('typescript', TYPESCRIPT)
})
