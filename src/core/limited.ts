import { z } from 'zod'
import type { UserError } from './errors.ts'
import { isLonger, overLimit } from './limits.ts'
import { countCharacters } from './text.ts'

/*
 * Schema parts with the limits of `limits.ts`. The limits stay out of the JSON Schema that clients see: they would cost
 * tokens in every conversation, and some clients would refuse a call themselves with a less helpful message.
 */

/** Schema of a text of at most `most` characters. */
export function text(most: number) {
  return z.string().check(({ value, issues }) => {
    if (!isLonger(value, most)) return
    issues.push(issueOf({ unit: 'characters', most, found: countCharacters(value) }, value))
  })
}

/** Schema of a list of at most `most` entries. */
export function list<Element extends z.ZodType>(element: Element, most: number) {
  return z.array(element).check(({ value, issues }) => {
    if (value.length <= most) return
    issues.push(issueOf({ unit: 'entries', most, found: value.length }, value))
  })
}

interface Excess {
  readonly unit: 'characters' | 'entries'
  readonly most: number
  readonly found: number
}

function issueOf(excess: Excess, input: unknown) {
  const message = `expected at most ${excess.most.toLocaleString('en')} ${excess.unit}`
  return { code: 'custom' as const, input, message, params: { excess } }
}

/** The error for a value above its limit; undefined: the issue is something else. */
export function limitError(subject: string, issue: z.core.$ZodIssue): UserError | undefined {
  if (issue.code === 'too_big' && Array.isArray(issue.input))
    return overLimit(subject, 'entries', Number(issue.maximum), issue.input.length)
  if (issue.code !== 'custom') return undefined
  const excess = issue.params?.excess as Excess | undefined
  return excess && overLimit(subject, excess.unit, excess.most, excess.found)
}
