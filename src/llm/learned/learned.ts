import * as z from 'zod'
import { toTimestamp } from '../../core/clock.ts'

/*
 * What refusals taught about a model behind an address. Requests to it are changed accordingly, on every wire that
 * understands what was learnt; what is not set is as the table of providers has it.
 */

const Learned = z.object({
  /** `words`: no object that names a tool; `none`: no tool_choice at all. */
  toolChoice: z.enum(['words', 'none']).optional(),
  /** Parameters of the request that are left out. */
  omit: z.array(z.string()).optional(),
  outputLimit: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
  /** The most that it may be asked to write. */
  maxOutputTokens: z.number().optional(),
  /** Keywords of the tools' schemas that are left out. */
  omitKeywords: z.array(z.string()).optional(),
  /** Fields of messages and their calls that are left out. */
  omitFields: z.array(z.string()).optional(),
  /** The field that no answer with calls, or no answer at all, may lack. */
  wantsReasoning: z.object({ field: z.string(), in: z.enum(['calls', 'answers']) }).optional(),
  /** Calls that another model made get the mark that Google documents for them. */
  wantsSignatures: z.boolean().optional(),
  /** `alternate`: between calls and the next message something is said; `plain`: calls and results are told as text. */
  roles: z.enum(['alternate', 'plain']).optional(),
  /** What the system says is told by the user. */
  noSystem: z.boolean().optional(),
  /** Contents are texts, also where nothing is said. */
  textContent: z.boolean().optional(),
  stream: z.boolean().optional(),
  /** How Messages asks for thinking: by an effort, or by a budget of tokens. */
  thinking: z.enum(['adaptive', 'budget', 'none']).optional(),
  /** The endpoint does not know the API that its provider has by itself. */
  api: z.enum(['chat']).optional(),
})

export type Learned = z.infer<typeof Learned>

/** Whatever can't be read, because a later version wrote it, has to be learnt again. */
export function parseLearned(text: string | undefined): Learned {
  if (text === undefined) return {}
  try {
    return Learned.safeParse(JSON.parse(text)).data ?? {}
  } catch {
    return {}
  }
}

/** Where it is kept, by base URL and model. */
export interface Lessons {
  get(baseUrl: string, model: string): Promise<Learned>
  keep(baseUrl: string, model: string, learned: Learned): Promise<void>
  list(): Promise<readonly { baseUrl: string; model: string; learned: Learned }[]>
}

interface LessonStore {
  get(baseUrl: string, model: string): Promise<string | undefined>
  list(): Promise<readonly { baseUrl: string; model: string; abilities: string }[]>
  put(lesson: {
    baseUrl: string
    model: string
    abilities: string
    learnedAt: string
  }): Promise<void>
}

/** Where all processes on the same data find them. What can't be read or kept now is learnt again. */
export function storedLessons(store: LessonStore, now: () => number): Lessons {
  return {
    get: async (baseUrl, model) =>
      parseLearned(await store.get(baseUrl, model).catch(() => undefined)),
    keep: (baseUrl, model, learned) =>
      store
        .put({
          baseUrl,
          model,
          abilities: JSON.stringify(learned),
          learnedAt: toTimestamp(now()),
        })
        .catch(() => undefined),
    list: async () =>
      (await store.list()).map(({ baseUrl, model, abilities }) => ({
        baseUrl,
        model,
        learned: parseLearned(abilities),
      })),
  }
}

/** For as long as the process lives. */
export function lessonsInMemory(): Lessons {
  const lessons = new Map<string, { baseUrl: string; model: string; learned: Learned }>()
  const key = (baseUrl: string, model: string) => JSON.stringify([baseUrl, model])
  return {
    get: async (baseUrl, model) => lessons.get(key(baseUrl, model))?.learned ?? {},
    async keep(baseUrl, model, learned) {
      lessons.set(key(baseUrl, model), { baseUrl, model, learned })
    },
    list: async () => [...lessons.values()],
  }
}

/** In words, for people. */
export function describeLearned(learned: Learned): readonly string[] {
  const { omit = [], omitKeywords = [], omitFields = [], maxOutputTokens, wantsReasoning } = learned
  return [
    ...(learned.toolChoice === 'words' ? ['tool_choice names no tool'] : []),
    ...(learned.toolChoice === 'none' ? ['tool_choice is left out'] : []),
    ...omit.map((name) => `${name} is left out`),
    ...(learned.outputLimit ? [`the output limit is ${learned.outputLimit}`] : []),
    ...(maxOutputTokens === undefined ? [] : [`answers are limited to ${maxOutputTokens} tokens`]),
    ...omitKeywords.map((name) => `schemas of tools are without ${name}`),
    ...omitFields.map((name) => `messages are without ${name}`),
    ...(wantsReasoning ? [`${wantsReasoning.field} goes back`] : []),
    ...(learned.wantsSignatures
      ? ['calls of other models are marked for its signature check']
      : []),
    ...(learned.roles === 'alternate' ? ['roles alternate'] : []),
    ...(learned.roles === 'plain' ? ['calls and results are told as text'] : []),
    ...(learned.noSystem ? ['the system prompt is told by the user'] : []),
    ...(learned.textContent ? ['contents are texts'] : []),
    ...(learned.stream === undefined
      ? []
      : [`answers are ${learned.stream ? '' : 'not '}streamed`]),
    ...(learned.thinking === 'adaptive' ? ['thinking is asked for by effort'] : []),
    ...(learned.thinking === 'budget' ? ['thinking is asked for by a budget of tokens'] : []),
    ...(learned.thinking === 'none' ? ['no thinking is asked for'] : []),
    ...(learned.api === 'chat' ? ['it is reached by chat completions'] : []),
  ]
}
