/** Chosen by hand: ten times what a tool that reads a large page needs. */
export const MEMORY_BYTES = 64 * 2 ** 20
