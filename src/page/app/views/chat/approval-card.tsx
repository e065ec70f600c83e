import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import type { Approval } from '../../mcp/shapes.ts'
import { laidOut } from '../../ui/format.ts'
import { Button, Field } from '../../ui/parts.tsx'
import { Pre } from '../../ui/pre.tsx'

interface ApprovalProps {
  readonly runId: string
  readonly approval: Approval
  readonly onAnswered?: () => void
}

/** A tool call that waits for a person's yes or no. */
export function ApprovalCard({ runId, approval, onAnswered }: ApprovalProps) {
  const desk = useDesk()
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  const answer = async (approve: boolean) => {
    setBusy(true)
    try {
      await desk.call('respond_to_approval', {
        run_id: approval.run_id ?? runId,
        tool_call_id: approval.tool_call_id,
        approve,
        reason: reason.trim() || undefined,
      })
      onAnswered?.()
    } catch (error) {
      desk.complain(error)
      setBusy(false)
    }
  }
  const id = `reason-${approval.tool_call_id}`
  return (
    <section class="approval" aria-label={`Approval of ${approval.tool_name}`}>
      <p>
        Wants to call <strong>{approval.tool_name}</strong>
      </p>
      <Pre label="Arguments">{laidOut(approval.arguments)}</Pre>
      {desk.can('respond_to_approval') && (
        <>
          <Field id={id} label="Reason for the agent (optional)">
            <input
              id={id}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </Field>
          <div class="row">
            <Button tone="main" disabled={isBusy} onClick={() => answer(true)}>
              Approve
            </Button>
            <Button tone="danger" disabled={isBusy} onClick={() => answer(false)}>
              Deny
            </Button>
          </div>
        </>
      )}
    </section>
  )
}
