/**
 * Makes objects whose parts are made when they are first asked for: a transaction uses few of the hundred methods that
 * it could. The parts are inherited, so a copy by `...` has none of them; `for in` finds them.
 */
export function lazyParts<Given, Whole extends object>(
  makers: {
    readonly [Name in keyof Whole]: (given: Given) => Whole[Name]
  },
): (given: Given) => Whole {
  const named = Object.entries(makers) as [string, (given: Given) => unknown][]
  const ofGiven = new WeakMap<object, Given>()
  const prototype = Object.create(null) as object
  for (const [name, make] of named) {
    Object.defineProperty(prototype, name, {
      enumerable: true,
      get(this: object) {
        const value = make(ofGiven.get(this) as Given)
        Object.defineProperty(this, name, { value })
        return value
      },
    })
  }
  return (given) => {
    const whole = Object.create(prototype) as Whole
    ofGiven.set(whole, given)
    return whole
  }
}
