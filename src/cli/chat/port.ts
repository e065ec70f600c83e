import type { App } from '../../app.ts'

/** What a conversation needs of the rest. */
export type Context = App['context']
