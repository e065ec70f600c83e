export async function runHook(_event: string, _given: unknown): Promise<void> {}
