import type { Timestamp } from '../../core/clock.ts'
import { type AgentId, newId } from '../../core/ids.ts'
import type { NewJob } from '../../storage/port/store.ts'

const SLEEPTIME_JOB = 'sleeptime'

/** The job in which the sleep-time agent of that agent works. There is one at a time. `once`: also if it is turned off. */
export function sleeptimeJob(agentId: AgentId, createdAt: Timestamp, once = false): NewJob {
  return {
    ...{ id: newId('job'), kind: SLEEPTIME_JOB, agentId, key: agentId, createdAt },
    ...{ title: 'Tidy the memory', input: JSON.stringify({ once }) },
  }
}
