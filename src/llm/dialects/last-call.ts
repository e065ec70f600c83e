import { readJsonCalls } from './read-call-body.ts'
import { isInFence } from './split-thinking.ts'
import {
  isFields,
  propertiesOf,
  type TextWithCalls,
  type Tools,
  type WrittenCall,
  wholeValue,
} from './written-call.ts'

/*
 * Words, then a call of an offered tool without any mark at the very end. An example would be followed by more words.
 */

/** Undefined: the text does not end with a call. */
export function readLastCall(whole: string, tools: Tools): TextWithCalls | undefined {
  if (tools.length === 0) return undefined
  return readFence(whole, tools) ?? readNamed(whole, tools) ?? readJson(whole, tools)
}

function readFence(whole: string, tools: Tools): TextWithCalls | undefined {
  if (!whole.endsWith('```')) return undefined
  const fence = /\n```(?:json)?[ \t]*\n([\s\S]*?)\n?```$/.exec(whole)
  if (!fence || isInFence(whole.slice(0, fence.index))) return undefined
  const calls = readJsonCalls((fence[1] ?? '').trim(), tools, 'bare')
  return calls && { text: whole.slice(0, fence.index).trim(), calls }
}

/** The exact name of the tool on a line, and an object of its arguments. */
function readNamed(whole: string, tools: Tools): TextWithCalls | undefined {
  if (!whole.endsWith('}')) return undefined
  for (const { name } of tools) {
    const start = `\n${whole}`.lastIndexOf(`\n${name}`)
    const json = start < 0 ? '' : whole.slice(start + name.length).trimStart()
    if (!json.startsWith('{') || isInFence(whole.slice(0, start))) continue
    const call = { name, arguments: JSON.stringify(wholeValue(json)) ?? '' }
    if (isFitting(call, tools)) return { text: whole.slice(0, start).trim(), calls: [call] }
  }
  return undefined
}

/** Lines to try from, counted from the first that may begin a value. Chosen by hand. */
const MAX_STARTS = 20

function readJson(whole: string, tools: Tools): TextWithCalls | undefined {
  if (!/[}\]]$/.test(whole)) return undefined
  const starts = [...whole.matchAll(/\n[ \t]*(?=[[{])/g)].slice(-MAX_STARTS)
  for (const { index } of starts) {
    const before = whole.slice(0, index)
    const calls = isInFence(before)
      ? undefined
      : readJsonCalls(whole.slice(index).trim(), tools, 'bare')
    if (calls?.every((call) => isFitting(call, tools))) return { text: before.trim(), calls }
  }
  return undefined
}

/** Whether the tool has all of the arguments. */
function isFitting({ name, arguments: text }: WrittenCall, tools: Tools): boolean {
  const properties = propertiesOf(tools, name)
  const value = wholeValue(text)
  return isFields(value) && Object.keys(value).every((key) => Object.hasOwn(properties, key))
}
