import { UserError } from '../../core/errors.ts'

/**
 * Wraps all methods of `target`. A damaged page may read without an SQLite error as nonsense, which then fails
 * anywhere; so unexpected errors are passed to `explain`, which may return the real cause.
 */
export function guarded<T extends object>(
  target: T,
  explain: (error: unknown) => Promise<unknown>,
): T {
  const guards = new WeakMap<object, object>()

  function guard<U>(value: U): U {
    if (typeof value === 'function') return guardFunction(value as never) as U
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value
    const known = guards.get(value) ?? guardObject(value)
    guards.set(value, known)
    return known as U
  }

  function guardObject(value: object): object {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, guard(member as unknown)]),
    )
  }

  function guardFunction(run: (...given: unknown[]) => unknown) {
    return (...given: unknown[]) => {
      const result = run(...given)
      if (!(result instanceof Promise)) return guard(result)
      return result.catch(async (error: unknown) => {
        throw error instanceof UserError ? error : await explain(error)
      })
    }
  }

  return guard(target)
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}
