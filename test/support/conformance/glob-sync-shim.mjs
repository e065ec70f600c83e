import { register } from 'node:module'

/*
 * The conformance suite imports `globSync` from `fs`, which Node has only from version 22 on; without it the whole
 * suite fails to load. No scenario for servers calls it, so on an older Node this puts a function in its place that
 * says so if one ever does. Loaded by `node --import`.
 */

const STAND_IN = `
export * from 'node:fs'
export { default } from 'node:fs'
export function globSync() {
  throw new Error('globSync is not in this version of Node')
}
`

const LOADER = `
export async function resolve(specifier, context, next) {
  const bySuite = context.parentURL?.includes('/@modelcontextprotocol/conformance/')
  if (specifier === 'fs' && bySuite) {
    return { url: ${JSON.stringify(moduleOf(STAND_IN))}, shortCircuit: true }
  }
  return next(specifier, context)
}
`

function moduleOf(source) {
  return `data:text/javascript,${encodeURIComponent(source)}`
}

if (Number(process.versions.node.split('.')[0]) < 22) register(moduleOf(LOADER))
