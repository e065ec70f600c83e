import { Readable } from 'node:stream'
import { z } from 'zod'
import { UserError } from '../../core/errors.ts'

/* The few requests to the Hugging Face hub, or a mirror of it. */

/** A file of a model, as the hub lists it. */
export interface HubFile {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** `git`: the object id of the content, for files that are not large. */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string }
}

const Listing = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().min(0),
      blobId: z.string(),
      lfs: z.object({ sha256: z.string(), size: z.int().min(0) }).nullish(),
    }),
  ),
})

/** Time until the hub answers; a download may take as long as it goes on. Chosen by hand. */
const MILLISECONDS = 30_000

export async function listHubFiles(
  hub: string,
  repository: string,
  signal: AbortSignal,
): Promise<{ readonly revision: string; readonly files: readonly HubFile[] }> {
  const url = `${hub}/api/models/${repository}/revision/main?blobs=true`
  const response = await ask(url, repository, signal)
  const listing = Listing.safeParse(await response.json().catch(() => undefined))
  if (!listing.success)
    throw new UserError(
      'model_unavailable',
      `${new URL(hub).host} did not answer with a list of files. Check HF_ENDPOINT, or try again later.`,
    )
  const { sha, siblings } = listing.data
  return {
    revision: sha,
    files: siblings.map(({ rfilename, size, blobId, lfs }) => ({
      name: rfilename,
      size: lfs?.size ?? size,
      digest: lfs ? { kind: 'sha256', hex: lfs.sha256 } : { kind: 'git', hex: blobId },
    })),
  }
}

export async function openHubFile(
  hub: string,
  of: {
    readonly repository: string
    readonly revision: string
    readonly file: HubFile
    readonly signal: AbortSignal
  },
): Promise<Readable> {
  const url = `${hub}/${of.repository}/resolve/${of.revision}/${of.file.name}`
  const { body } = await ask(url, of.repository, of.signal)
  return body ? Readable.fromWeb(body) : Readable.from([])
}

async function ask(url: string, repository: string, signal: AbortSignal): Promise<Response> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  const timer = setTimeout(stop, MILLISECONDS)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const { host } = new URL(url)
  try {
    const response = await fetch(url, { signal: controller.signal })
    if (response.ok) return response
    await response.body?.cancel()
    throw new UserError('model_unavailable', refusal(host, repository, response.status))
  } catch (error) {
    if (error instanceof UserError || signal.aborted) throw error
    throw new UserError(
      'model_unavailable',
      `${host} can't be reached. Check the connection, set HF_ENDPOINT to a mirror, or put the files of the model into the folder of models by hand.`,
      { cause: error },
    )
  } finally {
    clearTimeout(timer)
  }
}

function refusal(host: string, repository: string, status: number): string {
  if ([401, 403, 404].includes(status))
    return `${host} has no public model ${repository} (status ${status}). Check its name.`
  return `${host} answered with status ${status}. Try again later.`
}
