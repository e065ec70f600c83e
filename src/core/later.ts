import { once } from './once.ts'

/*
 * Objects that are made at their first use, since what makes them takes long to load and many processes never need it.
 */

/** Names every field of a type. */
export type FieldsOf<T> = { readonly [Name in keyof T]: true }

/** Adds fields to `now`, all of which are made when one of them is first read. */
export function withLater<Now extends object, Later extends object>(
  now: Now,
  fields: FieldsOf<Later>,
  make: () => Later,
): Now & Later {
  const made = once(make)
  for (const name of Object.keys(fields) as (keyof Later)[]) {
    Object.defineProperty(now, name, { enumerable: true, get: () => made()[name] })
  }
  return now as Now & Later
}

type Methods<T> = { readonly [Name in keyof T]: (...given: never[]) => unknown }

/** An object of methods that is made at the first call of one. */
export function callLater<T extends Methods<T>>(fields: FieldsOf<T>, make: () => T): T {
  const made = once(make)
  const forward =
    (name: keyof T) =>
    (...given: never[]) =>
      made()[name](...given)
  const names = Object.keys(fields) as (keyof T)[]
  return Object.fromEntries(names.map((name) => [name, forward(name)])) as unknown as T
}
