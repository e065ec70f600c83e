import type { Config } from '../../config/config.ts'
import { UserError } from '../../core/errors.ts'
import { type Asked, tell, tellJson } from '../terminal/tell.ts'
import { withContext } from './with-context.ts'

/** How often the job is looked at. Chosen by hand. */
const LOOK_MILLISECONDS = 200

/** Lets the sleep-time agent look once, in this process or in a server on the same data. */
export async function tidy(config: Config, agent: string, { json = false }: Asked): Promise<void> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    await withContext(
      config,
      async ({ companions, jobs }) => {
        const { id } = await companions.tidy(agent)
        for (;;) {
          const job = await jobs.get(id)
          if (job.completedAt === null && job.error && job.status === 'waiting')
            throw new UserError(
              job.error.code,
              `${job.error.message} The job ${id} is tried again by a server.`,
            )
          if (job.completedAt !== null) {
            if (job.status !== 'completed')
              throw new UserError(
                job.error?.code ?? 'conflict',
                job.error?.message ?? 'It was cancelled.',
              )
            if (json) tellJson({ job_id: id, status: job.status, report: job.report })
            else tell(job.report ?? '')
            return
          }
          if (controller.signal.aborted) {
            process.exitCode = 130
            process.stderr.write('Stopped. The work goes on with the next server or tidy.\n')
            return
          }
          await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
        }
      },
      true,
    )
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
