import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ModelHub {
  readonly url: string
  /** Names of files that were downloaded. */
  readonly downloads: string[]
  /** Sends other bytes of the same length for this file from now on; null: for none. */
  damage(name: string | null): void
  close(): Promise<void>
}

const REVISION = 'a'.repeat(40)

/** Speaks as the Hugging Face hub does: large files have a SHA-256 and are elsewhere, the rest has Git's digest. */
export async function startModelHub(
  repository: string,
  files: Readonly<Record<string, Buffer>>,
): Promise<ModelHub> {
  const downloads: string[] = []
  let damaged: string | null = null
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const resolved = `/${repository}/resolve/${REVISION}/`
    if (path === `/api/models/${repository}/revision/main?blobs=true`) {
      const siblings = Object.entries(files).map(([name, bytes]) => describeFile(name, bytes))
      return response.end(JSON.stringify({ id: repository, sha: REVISION, siblings }))
    }
    if (path.startsWith(resolved)) {
      response.writeHead(302, { location: `/elsewhere/${path.slice(resolved.length)}` })
      return response.end()
    }
    const name = path.slice('/elsewhere/'.length)
    const bytes = path.startsWith('/elsewhere/') ? files[name] : undefined
    if (!bytes) return response.writeHead(404).end()
    downloads.push(name)
    response.end(name === damaged ? Buffer.alloc(bytes.length) : bytes)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    downloads,
    damage(name) {
      damaged = name
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function describeFile(name: string, bytes: Buffer) {
  const blobId = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const size = bytes.length
  return name.endsWith('.onnx')
    ? { rfilename: name, size, blobId: 'b'.repeat(40), lfs: { size, sha256, pointerSize: 134 } }
    : { rfilename: name, size, blobId }
}
