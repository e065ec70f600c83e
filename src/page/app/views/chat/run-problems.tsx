import type { Run } from '../../mcp/shapes.ts'

/** The error and the warnings of a run. */
export function RunProblems({ run }: { readonly run: Run }) {
  return (
    <>
      {run.error && (
        <p class="problem-line">
          {run.error.message} {run.error.hint}
        </p>
      )}
      {run.warnings.map((warning) => (
        <p key={warning} class="warning-line">
          {warning}
        </p>
      ))}
    </>
  )
}
