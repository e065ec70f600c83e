// Loads at the first call what packages import at once and a start does not need.
import { createRequire } from 'node:module'

export const VALIDATOR = '@modelcontextprotocol/server/validators/ajv'

/** The default validator of the MCP server's SDK, which checks what people answer to forms. */
export const validatorLater = later(
  'validator-later',
  /\/ajvProvider-\w+\.mjs$/,
  () => `export class n {
    #real
    getValidator(schema) {
      this.#real ??= new (require('${VALIDATOR}').AjvJsonSchemaValidator)()
      return this.#real.getValidator(schema)
    }
  }`,
)

/**
 * Functions of parts of Node that each take as long to load as all that is ours of a start, or of what a first search
 * runs.
 */
export const nodeLater = later(
  'node-later',
  /^node:(?:crypto|dns|https|timers\/promises)$/,
  (path) =>
    Object.entries(createRequire(import.meta.url)(path))
      .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
      .map(
        ([name]) =>
          `export const ${name} = (...given) => require('${path.slice('node:'.length)}').${name}(...given)`,
      )
      .join('\n'),
)

function later(name, filter, contents) {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path, namespace }) =>
        namespace === name ? undefined : { path, namespace: name, sideEffects: false },
      )
      onLoad({ filter: /./, namespace: name }, ({ path }) => ({
        contents: contents(path),
        resolveDir: '/',
      }))
    },
  }
}
