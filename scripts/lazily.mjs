// Loads at the first call what packages import at once and a start does not need.
import * as crypto from 'node:crypto'

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

/** Functions of `node:crypto`, which takes longer to load than all that is ours of a start. */
export const cryptoLater = later('crypto-later', /^node:crypto$/, () =>
  Object.entries(crypto)
    .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
    .filter(([name]) => name !== 'default')
    .map(([name]) => `export const ${name} = (...given) => require('crypto').${name}(...given)`)
    .join('\n'),
)

function later(name, filter, contents) {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path, namespace }) =>
        namespace === name ? undefined : { path, namespace: name, sideEffects: false },
      )
      onLoad({ filter: /./, namespace: name }, () => ({ contents: contents(), resolveDir: '/' }))
    },
  }
}
