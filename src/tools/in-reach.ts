import type { InnerTool } from '../agent/tools/inner-tool.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import type { AttachedTool } from '../core/stored-tool.ts'
import { findTools } from './find-tools.ts'

/** With more stored tools than this, the model sees names instead of schemas. Issue 20. */
const MANY_TOOLS = 12
/** The same if their schemas take more than this share of the context window. Issue 20. */
const MANY_SHARE = 0.1

/**
 * The tools whose schemas the model sees. Of many, those that it has found come last, in the order in which it found
 * them, so that the beginning of the list never changes and a provider can cache it.
 */
export function inReach(
  own: readonly InnerTool[],
  attached: readonly AttachedTool[],
  toInner: (attached: AttachedTool) => InnerTool,
  contextWindow: number,
  order: readonly string[],
): readonly InnerTool[] {
  if (!areMany(attached, contextWindow)) {
    const place = ({ name }: InnerTool) => order.indexOf(name)
    return [...own, ...attached.map(toInner)].toSorted((a, b) => place(a) - place(b))
  }
  const found = attached.filter(({ loaded }) => loaded > 0).toSorted((a, b) => a.loaded - b.loaded)
  return [...own, findTools(attached), ...found.map(toInner)]
}

function areMany(attached: readonly AttachedTool[], contextWindow: number): boolean {
  if (attached.length > MANY_TOOLS) return true
  const schemas = attached.map(({ tool: { name, description, parameters } }) => ({
    name,
    description,
    parameters,
  }))
  return estimateTokens(JSON.stringify(schemas)) > contextWindow * MANY_SHARE
}
