import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGuardedFetch } from '../../src/fetch/guarded-fetch.ts'
import { isPublicAddress } from '../../src/fetch/public-address.ts'
import { openOrigin } from '../../src/load/open-origin.ts'
import { startHttps } from '../support/https-server.ts'

/* Between the request and the load, and between a listing and a read, somebody may put a link in a folder's place. */

let home: string
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'recollect-links-')))
  await mkdir(join(home, 'notes/sub'), { recursive: true })
  await mkdir(join(home, 'notes-secret'))
  await writeFile(join(home, 'notes/sub/a.md'), 'public')
  await writeFile(join(home, 'notes-secret/a.md'), 'secret')
})
afterEach(() => rm(home, { recursive: true }))

test('a page that redirects to an address that is not public is not read', async () => {
  const asked: string[] = []
  const server = await startHttps((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(302, { location: 'https://127.0.0.2/secret' }).end()
  })
  try {
    const fetch = createGuardedFetch({
      ...{ rule: { kind: 'public' }, ca: server.ca },
      isAllowedAddress: (address) => address === '127.0.0.1' || isPublicAddress(address),
    })
    const request = { from: { kind: 'url', url: `${server.url}/page` }, name: 'page' } as const
    const { value: file } = await openOrigin(request, fetch, new AbortController().signal).next()
    await expect(file?.open()).rejects.toThrow(/127\.0\.0\.2 is not an address on the public/)
    expect(asked).toEqual(['/page'])
  } finally {
    await server.close()
  }
})

function files(path: string) {
  const request = { from: { kind: 'path', path }, name: 'notes' } as const
  const noFetch = () => Promise.reject(new Error('nothing is fetched'))
  return openOrigin(request, noFetch, new AbortController().signal)
}

test('a folder that has become a link since it was asked for is not read', async () => {
  await rename(join(home, 'notes'), join(home, 'old'))
  await symlink(join(home, 'notes-secret'), join(home, 'notes'))
  await expect(files(join(home, 'notes')).next()).rejects.toThrow(/nothing to read at that path/)
  await expect(files(join(home, 'notes/a.md')).next()).rejects.toThrow(/nothing to read/)
})

test('a folder in it that has become a link since it was listed is not read', async () => {
  const { value: file } = await files(join(home, 'notes')).next()
  await rename(join(home, 'notes/sub'), join(home, 'old'))
  await symlink(join(home, 'notes-secret'), join(home, 'notes/sub'))
  expect(await file?.open()).toEqual({ skipped: 'It leads out of the folder.' })
})

test('a .gitignore that is a link is not followed', async () => {
  await writeFile(join(home, 'rules'), '*.md\n')
  await symlink(join(home, 'rules'), join(home, 'notes/.gitignore'))
  const { value: file } = await files(join(home, 'notes')).next()
  expect(file?.key).toBe('sub/a.md')
})
