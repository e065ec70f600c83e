import type { Paged } from '../mcp/shapes.ts'
import { useDesk } from './desk.ts'
import { JOBS } from './uris.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'

export interface Job {
  readonly job_id: string
  readonly kind: string
  readonly agent_id?: string
  readonly title: string
  readonly status: 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled'
  readonly done: number
  readonly total?: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly report?: string
  readonly retry_at?: string
  readonly created_at: string
  readonly completed_at?: string
}

/** Jobs shown at once; older ones stay in list_jobs. Chosen by hand. */
const SHOWN = 20

/** The newest jobs, of all kinds or of one. */
export function useJobs(kind?: string): Loaded<Paged & { readonly jobs: readonly Job[] }> {
  const desk = useDesk()
  return useLoaded(`jobs ${kind ?? ''}`, [JOBS], () =>
    desk.can('list_jobs') ? desk.call('list_jobs', { kind, limit: SHOWN }) : none(),
  )
}

async function none(): Promise<{ readonly jobs: readonly Job[] }> {
  return { jobs: [] }
}

export function isAtWork({ status }: Pick<Job, 'status'>): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting'
}
