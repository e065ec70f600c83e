import type { Config } from './config.ts'
import type { Environment } from './environment.ts'
import { readConfig } from './read-config.ts'

/**
 * Settings of a hook. Its project is the assistant's directory, and its namespace is that of the project unless set.
 */
export function readHookConfig(
  flags: Environment,
  directory: string,
  environment: Environment = process.env,
): HookConfig {
  const project = environment.CLAUDE_PROJECT_DIR?.trim() || directory
  const namespace = environment.RECOLLECT_NAMESPACE?.trim() || 'project'
  const config = readConfig(flags, {
    ...environment,
    RECOLLECT_NAMESPACE: namespace,
    CLAUDE_PROJECT_DIR: project,
  })
  return { config, project }
}

export interface HookConfig {
  readonly config: Config
  /** Directory of the project. */
  readonly project: string
}

/** Whether hooks are enabled (RECOLLECT_HOOKS). */
export function hooksAreOn(environment: Environment = process.env): boolean {
  return !/^(off|0|no|none|false)$/i.test(environment.RECOLLECT_HOOKS?.trim() ?? '')
}
