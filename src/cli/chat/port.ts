import type { App } from '../../app/app.ts'

/** The part of the app that a conversation needs. */
export type Context = App['context']
