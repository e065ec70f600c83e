import { expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import { exhaustedError, isExhausted } from '../../src/core/exhausted.ts'

function failing(code: string, message = 'no'): Error {
  return Object.assign(new Error(message), { code })
}

test.each([
  ['too many files of the process', failing('EMFILE')],
  ['too many files of the machine', failing('ENFILE')],
  ['no memory', failing('ENOMEM')],
  ['no memory for SQLite', failing('SQLITE_NOMEM')],
  ['a thread that can not start', failing('ERR_WORKER_INIT_FAILED')],
  ['a cause some errors deep', new TypeError('fetch failed', { cause: failing('EMFILE') })],
  ['one of several addresses', new AggregateError([failing('ECONNREFUSED'), failing('EMFILE')])],
  ['a library that can not be opened', failing('ERR_DLOPEN_FAILED', 'x.so: Too many open files')],
  ['a buffer that can not be had', new RangeError('Array buffer allocation failed')],
])('%s is a want of means', (_, error) => {
  expect(isExhausted(error)).toBe(true)
  expect(exhaustedError(error)).toMatchObject({ code: 'busy' })
})

test.each([
  ['a refused connection', failing('ECONNREFUSED')],
  ['a list that is too long', new RangeError('Invalid array length')],
  ['words of a tool', new UserError('conflict', 'The note says: too many open files.')],
  ['no error at all', 'EMFILE'],
  ['nothing', undefined],
])('%s is none', (_, error) => {
  expect(isExhausted(error)).toBe(false)
})
