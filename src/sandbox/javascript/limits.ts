/** Chosen by hand: ten times what a tool that reads a large page needs. */
export const MEMORY_BYTES = 64 * 2 ** 20
/** Half of what the engine takes at most: it needs room to report an overflow. */
export const STACK_BYTES = 256 * 2 ** 10
