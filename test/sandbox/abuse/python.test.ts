import { describe } from 'vitest'
import { expectBounded } from './attempt.ts'
import { PYTHON } from './python-attempts.ts'

describe('whatever code does in the sandbox for Python', () => {
  expectBounded('python', PYTHON)
})
