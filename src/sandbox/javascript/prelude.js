// Evaluated first in every fresh VM. Code that runs later can change the globals, so what is needed is kept in variables.
// `ask(name, json)` and `write(stream, text)` are host functions; all others are below.
;(function prelude(ask, write, setupText) {
  const { parse, stringify } = JSON
  const setup = parse(setupText)

  function request(name, args) {
    const answer = parse(ask(name, stringify(args) ?? '{}'))
    if ('error' in answer) throw new Error(answer.error)
    return answer.ok
  }

  // ── console

  function show(value) {
    if (typeof value === 'string') return value
    if (typeof value === 'bigint') return `${value}n`
    if (value instanceof Error) return value.stack ? `${value}\n${value.stack}` : String(value)
    if (typeof value === 'function') return `[function ${value.name}]`
    if (typeof value !== 'object' || value === null) return String(value)
    try {
      return stringify(value, asJson) ?? String(value)
    } catch {
      return String(value)
    }
  }
  const printTo =
    (stream) =>
    (...values) =>
      write(stream, `${values.map((value) => show(value)).join(' ')}\n`)
  globalThis.console = {
    log: printTo('stdout'),
    info: printTo('stdout'),
    debug: printTo('stdout'),
    warn: printTo('stderr'),
    error: printTo('stderr'),
    trace: printTo('stderr'),
    table: printTo('stdout'),
  }

  // ── timers: the worker fires the next one when nothing else is left to do

  let timers = []
  let lastTimer = 0
  const addTimer = (callback, milliseconds, args, every) => {
    lastTimer += 1
    timers.push({ id: lastTimer, at: Date.now() + milliseconds, callback, args, every })
    return lastTimer
  }
  const delayOf = (milliseconds) => Math.max(0, Number(milliseconds) || 0)
  globalThis.setTimeout = (callback, milliseconds, ...args) =>
    addTimer(callback, delayOf(milliseconds), args)
  globalThis.setInterval = (callback, milliseconds, ...args) =>
    addTimer(callback, delayOf(milliseconds), args, Math.max(1, delayOf(milliseconds)))
  globalThis.clearTimeout = globalThis.clearInterval = (id) => {
    timers = timers.filter((timer) => timer.id !== id)
  }
  globalThis.queueMicrotask ??= (callback) => void Promise.resolve().then(callback)
  const now = Date.now
  /** False: there is none. */
  function fireTimer() {
    if (timers.length === 0) return false
    const next = timers.reduce((first, timer) => (timer.at < first.at ? timer : first))
    const wait = next.at - now()
    if (wait > 0) request('sleep', { seconds: wait / 1000 })
    if (next.every) next.at = now() + next.every
    else timers = timers.filter((timer) => timer !== next)
    next.callback(...next.args)
    return true
  }

  // ── agent state

  const finals = new Map()
  const agentState = setup.agent && stateOf(setup.agent)

  function stateOf({ blocks, ...agent }) {
    const views = new Map(blocks.map((block) => [block.label, blockView(block)]))
    const find = (label) => {
      const found = views.get(label)
      if (found) return found
      throw new Error(
        `The agent has no memory block "${label}". It has: ${[...views.keys()].join(', ') || 'none'}.`,
      )
    }
    const memory = {
      getBlock: find,
      getBlocks: () => [...views.values()],
      listBlockLabels: () => [...views.keys()],
      updateBlockValue(label, value) {
        find(label).value = value
      },
    }
    return Object.freeze({ ...agent, memory: Object.freeze(memory) })
  }

  function blockView({ label, value: first, description, limit, readOnly }) {
    let current = first
    return Object.freeze({
      label,
      description,
      limit,
      readOnly,
      get value() {
        return current
      },
      set value(next) {
        if (typeof next !== 'string')
          throw new TypeError(`The value of "${label}" must be a string.`)
        if (next === current) return
        if (readOnly) throw new Error(`The memory block "${label}" is read-only.`)
        const characters = [...next].length
        if (characters > limit) {
          throw new RangeError(
            `The value has ${characters} characters, and the memory block "${label}" holds ${limit}. Shorten it.`,
          )
        }
        current = next
        finals.set(label, next)
      },
    })
  }

  // ── host calls

  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
  const client = {}
  for (const { name, parameters } of setup.host) {
    if (!name.startsWith('client.')) continue
    const method = name.slice('client.'.length)
    client[camel(method)] = client[method] = async (...given) => {
      const isNamed = given.length === 1 && typeof given[0] === 'object' && given[0] !== null
      const entries = isNamed
        ? Object.entries(given[0]).map(([key, value]) => [snake(key), value])
        : given.map((value, index) => [parameters[index] ?? `argument_${index + 1}`, value])
      return request(name, Object.fromEntries(entries))
    }
  }
  globalThis.client = new Proxy(Object.freeze(client), {
    get(target, name) {
      if (typeof name === 'symbol' || name in target || name === 'then') return target[name]
      const all = setup.host.filter((call) => call.name.startsWith('client.'))
      const names = all.map((call) => camel(call.name.slice('client.'.length))).join(', ')
      throw new Error(`This tool may not call client.${name}. It may call: ${names || 'nothing'}.`)
    },
  })
  globalThis.secrets = Object.freeze(setup.secrets)

  if (setup.host.some(({ name }) => name === 'fetch')) {
    globalThis.fetch = async (url, { method = 'GET', headers = {}, body } = {}) => {
      const entries =
        typeof headers.entries === 'function' ? headers.entries() : Object.entries(headers)
      const answer = request('fetch', {
        url: String(url),
        method,
        headers: Object.fromEntries([...entries].map(([name, value]) => [name, String(value)])),
        ...(body !== undefined && body !== null && { body: String(body) }),
      })
      return responseOf(answer)
    }
  }

  function responseOf({ url, status, headers, body }) {
    const find = (name) => headers[String(name).toLowerCase()]
    return {
      url,
      status,
      ok: status >= 200 && status <= 299,
      headers: {
        get: (name) => find(name) ?? null,
        has: (name) => find(name) !== undefined,
        entries: () => Object.entries(headers).values(),
      },
      text: async () => body,
      json: async () => parse(body),
    }
  }

  // ── the call

  const revivers = {
    date: (value) => (typeof value === 'string' ? new Date(value) : value),
    set: (value) => (Array.isArray(value) ? new Set(value) : value),
    map: (value) =>
      typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : value,
  }

  function reserved(name) {
    if (name === 'client') return globalThis.client
    if (agentState) return name === 'agent_id' ? agentState.id : agentState
    throw new Error('This function needs the state of an agent, and there is none. Name an agent.')
  }

  function argument(parameter) {
    if (parameter.kind === 'reserved') return reserved(parameter.name)
    if (parameter.kind === 'all') return setup.arguments
    const value = setup.arguments[parameter.name]
    return parameter.revive ? revivers[parameter.revive](value) : value
  }

  function asJson(_key, value) {
    if (typeof value === 'bigint')
      return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`
    if (value instanceof Map) return Object.fromEntries(value)
    if (value instanceof Set) return [...value]
    if (value instanceof Error) return String(value)
    return value
  }

  /** Line of the user's source in a stack; the innermost. */
  function lineOf(error) {
    const stack = typeof error?.stack === 'string' ? error.stack : ''
    const found = /tool\.ts:(\d+)/.exec(stack)
    return found ? Number(found[1]) : undefined
  }

  const describe = (error) => {
    try {
      return error instanceof Error || typeof error !== 'object' ? String(error) : stringify(error)
    } catch {
      return "an error that can't be shown"
    }
  }

  let settled
  const succeed = (result) => {
    const blocks = Object.fromEntries(finals)
    settled = stringify({ ok: true, result: result === undefined ? null : result, blocks }, asJson)
  }
  const fail = (error) => {
    settled = stringify({ ok: false, error: describe(error), line: lineOf(error) })
  }

  return {
    fireTimer,
    /** `promise`: of the module, or of the value of a script. */
    start(promise, isScript) {
      promise
        .then((tool) => {
          // The engine wraps the value of a script, which may be a promise.
          if (isScript) return tool.value
          return (tool.__recollect_entry ?? tool.default)(...setup.parameters.map(argument))
        })
        .then(succeed)
        .catch(fail)
    },
    /** The report, once there is one. */
    settled: () => settled,
  }
})
