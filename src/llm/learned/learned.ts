import * as z from 'zod'
import { toTimestamp } from '../../core/clock.ts'

/*
 * Corrections for one model at one address, learned from its refusals. Every wire that knows a correction applies it;
 * the table of providers holds the rest.
 */

const Learned = z.object({
  /** `words`: no object that names a tool; `none`: no tool_choice at all. */
  toolChoice: z.enum(['words', 'none']).optional(),
  /** Request parameters to leave out. */
  omit: z.array(z.string()).optional(),
  outputLimit: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
  /** Largest output limit that the model accepts. */
  maxOutputTokens: z.number().optional(),
  /** Keywords to leave out of tool schemas. */
  omitKeywords: z.array(z.string()).optional(),
  /** Fields to leave out of messages and their calls. */
  omitFields: z.array(z.string()).optional(),
  /** Reasoning field that must be present in each answer with calls, or in each answer. */
  wantsReasoning: z.object({ field: z.string(), in: z.enum(['calls', 'answers']) }).optional(),
  /** Calls made by another model get the placeholder signature that Google documents for them. */
  wantsSignatures: z.boolean().optional(),
  /**
   * `alternate`: an assistant text separates calls from the next message; `plain`: calls and results are sent as text.
   */
  roles: z.enum(['alternate', 'plain']).optional(),
  /** System messages are sent as user messages. */
  noSystem: z.boolean().optional(),
  /** Contents are strings, even where empty. */
  textContent: z.boolean().optional(),
  stream: z.boolean().optional(),
  /** False: the model takes no pictures. */
  sees: z.literal(false).optional(),
  /** How Messages requests thinking: by effort, or by a token budget. */
  thinking: z.enum(['adaptive', 'budget', 'none']).optional(),
  /** The endpoint does not know its provider's default API. */
  api: z.enum(['chat']).optional(),
})

export type Learned = z.infer<typeof Learned>

/** Unreadable entries, from a later version for example, are dropped and learned again. */
export function parseLearned(text: string | undefined): Learned {
  if (text === undefined) return {}
  try {
    return Learned.safeParse(JSON.parse(text)).data ?? {}
  } catch {
    return {}
  }
}

/** Corrections by base URL and model. */
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

/** After this time the lessons of other processes are known. Chosen by hand. */
const FRESH_MILLISECONDS = 1_000

/**
 * Shared by all processes on the same data. Entries that can't be read or stored are learned again. Each call of a model
 * asks for one, so it is read once in a while.
 */
export function storedLessons(store: LessonStore, now: () => number): Lessons {
  const read = new Map<string, { readonly until: number; readonly learned: Promise<Learned> }>()
  /** Lessons in the same words are the same object, by which adapted messages are remembered. */
  const parsed = new Map<string, { readonly text: string | undefined; readonly learned: Learned }>()
  const parse = (key: string, text: string | undefined): Learned => {
    const known = parsed.get(key)
    if (known && known.text === text) return known.learned
    const learned = parseLearned(text)
    parsed.set(key, { text, learned })
    return learned
  }
  const keyOf = (baseUrl: string, model: string) => JSON.stringify([baseUrl, model])
  return {
    get(baseUrl, model) {
      const key = keyOf(baseUrl, model)
      const known = read.get(key)
      if (known && known.until > performance.now()) return known.learned
      const learned = store
        .get(baseUrl, model)
        .catch(() => undefined)
        .then((text) => parse(key, text))
      read.set(key, { until: performance.now() + FRESH_MILLISECONDS, learned })
      return learned
    },
    async keep(baseUrl, model, learned) {
      read.delete(keyOf(baseUrl, model))
      await store
        .put({
          baseUrl,
          model,
          abilities: JSON.stringify(learned),
          learnedAt: toTimestamp(now()),
        })
        .catch(() => undefined)
      read.delete(keyOf(baseUrl, model))
    },
    list: async () =>
      (await store.list()).map(({ baseUrl, model, abilities }) => ({
        baseUrl,
        model,
        learned: parseLearned(abilities),
      })),
  }
}

const NOTHING: Learned = {}

/** Kept until the process ends. */
export function lessonsInMemory(): Lessons {
  const lessons = new Map<string, { baseUrl: string; model: string; learned: Learned }>()
  const key = (baseUrl: string, model: string) => JSON.stringify([baseUrl, model])
  return {
    get: async (baseUrl, model) => lessons.get(key(baseUrl, model))?.learned ?? NOTHING,
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
    ...(learned.sees === false ? ['pictures are told in words'] : []),
    ...(learned.stream === undefined
      ? []
      : [`answers are ${learned.stream ? '' : 'not '}streamed`]),
    ...(learned.thinking === 'adaptive' ? ['thinking is asked for by effort'] : []),
    ...(learned.thinking === 'budget' ? ['thinking is asked for by a budget of tokens'] : []),
    ...(learned.thinking === 'none' ? ['no thinking is asked for'] : []),
    ...(learned.api === 'chat' ? ['it is reached by chat completions'] : []),
  ]
}
