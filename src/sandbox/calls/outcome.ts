import { z } from 'zod'
import { excerpt, sliceCharacters } from '../../core/text.ts'
import type {
  BlockChange,
  CapturedOutput,
  SandboxCall,
  SandboxError,
  SandboxOutcome,
} from '../sandbox.ts'
import { MAX_OUTPUT_BYTES } from '../thread/channel.ts'
import type { ThreadRun } from '../thread/thread.ts'

/** Chosen by hand: models read 8,000 characters of it, programs more. */
const MAX_REPORT_CHARS = 4_000_000
const MAX_ERROR_CHARS = 4_000
const MAX_LINE_CHARS = 200

/** Comes from user code, which may have forged it. */
const REPORT = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown(), blocks: z.record(z.string(), z.string()) }),
  z.object({ ok: z.literal(false), error: z.string(), line: z.int().positive().optional() }),
])

export function outcomeOf(ran: ThreadRun, call: SandboxCall): SandboxOutcome {
  const captured = {
    stdout: captureOf(ran.output('stdout'), call.limits.outputChars),
    stderr: captureOf(ran.output('stderr'), call.limits.outputChars),
    durationMs: ran.durationMs,
  }
  const { ending } = ran
  const seconds = call.limits.milliseconds / 1000
  if (ending.kind === 'timeout') {
    const message = `The code ran longer than ${seconds} s, its limit, and was stopped.`
    return { ...captured, status: 'timeout', result: null, error: { message }, changes: [] }
  }
  if (ending.kind === 'died') {
    return { ...captured, ...failed({ message: `The code was stopped: ${ending.reason}.` }) }
  }
  const report = readReport(ending.report)
  if (typeof report === 'string') return { ...captured, ...failed({ message: report }) }
  if (!report.ok) return { ...captured, ...failed(errorOf(report, call.source)) }
  return {
    ...captured,
    status: 'success',
    result: report.result ?? null,
    changes: changesOf(report.blocks, call),
  }
}

function failed(
  error: SandboxError,
): Pick<SandboxOutcome, 'status' | 'result' | 'error' | 'changes'> {
  return { status: 'error', result: null, error, changes: [] }
}

function readReport(text: string): z.infer<typeof REPORT> | string {
  if (text.length > MAX_REPORT_CHARS) return 'The function returned more than 4 MB. Return less.'
  try {
    return REPORT.parse(JSON.parse(text))
  } catch {
    return 'The function ended without a result that can be read.'
  }
}

function errorOf(
  { error, line }: { readonly error: string; readonly line?: number | undefined },
  source: string,
): SandboxError {
  const message = excerpt(error.toWellFormed(), MAX_ERROR_CHARS)
  const text = line === undefined ? undefined : source.split('\n')[line - 1]?.trim()
  if (line === undefined || text === undefined) return { message }
  return { message: `${message}\n  line ${line}: ${excerpt(text, MAX_LINE_CHARS)}`, line }
}

function changesOf(finals: Readonly<Record<string, string>>, call: SandboxCall): BlockChange[] {
  return (call.agent?.blocks ?? []).flatMap(({ label, value }) => {
    const after = Object.hasOwn(finals, label) ? finals[label]?.toWellFormed() : undefined
    return after === undefined || after === value ? [] : [{ label, before: value, after }]
  })
}

function captureOf(
  { bytes, written }: { readonly bytes: Uint8Array; readonly written: number },
  chars: number,
): CapturedOutput {
  const decoder = new TextDecoder()
  // Streaming: a character that the limit cut in two is dropped.
  const kept = decoder.decode(bytes, { stream: bytes.length === MAX_OUTPUT_BYTES })
  const text = sliceCharacters(kept, 0, chars)
  return { text, leftOutBytes: Math.max(0, written - Buffer.byteLength(text)) }
}
