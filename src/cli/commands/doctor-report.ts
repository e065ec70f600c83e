import { redactSecrets } from '../../core/redact.ts'
import { painterFor } from '../style.ts'
import { tell, tellJson } from '../tell.ts'

/** Says what was found; the subject is empty where a line goes on with the one before. */
export type Tell = (subject: string, finding: string) => void

export interface DoctorReport {
  readonly tell: Tell
  /** Prints what was kept for programs. */
  end(works: boolean): void
}

/** Lines for a person as they are found, or all of them as JSON at the end; no secret is in either. */
export function createReport(secrets: readonly string[], json: boolean): DoctorReport {
  const paint = painterFor(process.stdout)
  const findings: { subject: string; status: 'ok' | 'failed' | 'info'; text: string }[] = []
  return {
    tell(subject, finding) {
      const text = redactSecrets(finding, secrets)
      const status = statusOf(text)
      findings.push({ subject: subject || (findings.at(-1)?.subject ?? ''), status, text })
      if (json) return
      const shown = text
        .replace(/^ok:/, paint('green', 'ok:'))
        .replace(/^FAILED:/, paint('red', 'FAILED:'))
      tell(`${paint('bold', subject.padEnd(10))} ${shown}`)
    },
    end(works) {
      if (json) tellJson({ works, findings })
    },
  }
}

function statusOf(text: string) {
  if (text.startsWith('FAILED:')) return 'failed'
  return text.startsWith('ok:') ? 'ok' : 'info'
}
