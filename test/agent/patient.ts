/** For `expect.poll`: a busy machine takes its time. */
export const PATIENT = { timeout: 15_000, interval: 20 } as const
