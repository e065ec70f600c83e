export const LOAD_TARGETS = ['archive', 'conversation', 'blocks'] as const
/** Passages of the agent's archive, messages of its recall memory, or its memory blocks. */
export type LoadTarget = (typeof LOAD_TARGETS)[number]
