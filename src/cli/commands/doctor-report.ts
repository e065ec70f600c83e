import { redactSecrets } from '../../core/redact.ts'
import { painterFor } from '../terminal/style.ts'
import { tellJson } from '../terminal/tell.ts'
import { visibleLine } from '../terminal/visible.ts'

/** Reports a finding. An empty `subject` continues the previous line. `facts` go into the JSON report. */
export type Tell = (subject: string, finding: string, facts?: object) => void

export interface DoctorReport {
  readonly tell: Tell
  /** Prints the JSON report, if one was asked for. */
  end(works: boolean): void
}

/** Prints findings as they come, or all as JSON at the end. Secrets are redacted in both. */
export function createReport(secrets: readonly string[], json: boolean): DoctorReport {
  const paint = painterFor(process.stdout)
  const known = {}
  const findings: { subject: string; status: 'ok' | 'failed' | 'info'; text: string }[] = []
  return {
    tell(subject, finding, facts) {
      Object.assign(known, facts)
      const text = redactSecrets(finding, secrets)
      const status = statusOf(text)
      findings.push({ subject: subject || (findings.at(-1)?.subject ?? ''), status, text })
      if (json) return
      const shown = visibleLine(text)
        .replace(/^ok:/, paint('green', 'ok:'))
        .replace(/^FAILED:/, paint('red', 'FAILED:'))
      process.stdout.write(`${paint('bold', subject.padEnd(10))} ${shown}\n`)
    },
    end(works) {
      if (json) tellJson({ works, ...known, findings })
    },
  }
}

function statusOf(text: string) {
  if (text.startsWith('FAILED:')) return 'failed'
  return text.startsWith('ok:') ? 'ok' : 'info'
}
