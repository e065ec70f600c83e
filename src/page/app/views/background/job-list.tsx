import { useDesk } from '../../desk/desk.ts'
import { isAtWork, type Job, useJobs } from '../../desk/jobs.ts'
import { useNames } from '../../desk/names.ts'
import { writeRoute } from '../../desk/route.ts'
import { between, count, words } from '../../ui/format.ts'
import { Button, Empty, Problem, Time, Waiting } from '../../ui/parts.tsx'

/** Long work in the background: how far it is, and what came of it. */
export function JobList({ kind }: { readonly kind?: string }) {
  const { value, problem, reload } = useJobs(kind)
  const jobs = value?.jobs ?? []
  const names = useNames(jobs.flatMap(({ agent_id: id }) => (id === undefined ? [] : [id])))
  return (
    <>
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Reading the jobs …</Waiting>}
      {value && jobs.length === 0 && (
        <Empty title={kind === 'load' ? 'Nothing was loaded yet' : 'No jobs'}>
          <p>Long work, such as loading documents, appears here with its progress.</p>
        </Empty>
      )}
      <ul class="jobs">
        {jobs.map((job) => (
          <JobLine key={job.job_id} job={job} agent={names.get(job.agent_id ?? '')} />
        ))}
      </ul>
      {value?.next_cursor && <p class="hint">These are the newest {count(jobs.length)}.</p>}
    </>
  )
}

function JobLine({ job, agent }: { readonly job: Job; readonly agent: string | undefined }) {
  const desk = useDesk()
  const cancel = () => desk.call('cancel_job', { job_id: job.job_id }).catch(desk.complain)
  const { done, total } = job
  return (
    <li class="job">
      <div class="row between">
        <strong>{job.title}</strong>
        {isAtWork(job) && desk.can('cancel_job') && (
          <Button aria-label={`Cancel ${job.title}`} onClick={cancel}>
            Cancel
          </Button>
        )}
      </div>
      {isAtWork(job) && (
        <progress
          aria-label={`Progress of ${job.title}`}
          {...(total !== undefined && { max: total, value: done })}
        />
      )}
      <p class="numbers">
        <span class={`state ${job.status}`}>{words(job.status)}</span>
        {isAtWork(job) && (
          <span>
            {count(done)}
            {total !== undefined && ` of ${count(total)}`} done
          </span>
        )}
        {job.agent_id && (
          <a href={writeRoute({ kind: 'agent', id: job.agent_id, tab: 'archive' })}>
            {agent ?? job.agent_id}
          </a>
        )}
        {job.retry_at && (
          <span>
            goes on at <Time at={job.retry_at} />
          </span>
        )}
        <Time at={job.created_at} />
        {job.completed_at && <span>took {between(job.created_at, job.completed_at)}</span>}
      </p>
      {job.error && <p class="problem-line">{job.error.message}</p>}
      {job.report && <p class="text job-report">{job.report}</p>}
    </li>
  )
}
