import { type Answer, countFitting } from './fit.ts'

/** Returns `head` with as many of the agent's blocks as fit, and the labels of the others. */
export function fitBlocks<Head extends Answer, Block extends { readonly label: string }>(
  head: Head,
  blocks: readonly Block[],
) {
  const count = countFitting({ ...head, blocks }, 'blocks')
  const leftOut = blocks.slice(count).map((block) => block.label)
  return {
    ...head,
    blocks: blocks.slice(0, count),
    ...(leftOut.length > 0 && {
      truncated: true,
      left_out: leftOut.length,
      hint: `Read the others one by one with label: ${leftOut.slice(0, 20).join(', ')}.`,
    }),
  }
}
