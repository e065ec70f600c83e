import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../support/connect.ts'
import { type ModelHub, startModelHub } from '../support/model-hub.ts'
import {
  linkTransformers,
  putStandIn,
  putTinyModel,
  TRANSFORMERS_FOLDER,
  tinyModelFiles,
} from '../support/tiny-model.ts'
import { newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* Embedding models that run on this machine, as a person gets and uses them. The hub is the test's own. */

afterAll(removeHomes)

const NAME = 'all-minilm-l6-v2'
const REPOSITORY = 'Xenova/all-MiniLM-L6-v2'
const WEIGHTS = 'onnx/model.onnx'

describe('recollect models', () => {
  let hub: ModelHub
  let home: string
  beforeEach(async () => {
    hub = await startModelHub(REPOSITORY, tinyModelFiles())
    home = newHome()
  })
  afterEach(() => hub.close())

  const run = (...args: readonly string[]) =>
    runCommand(['models', ...args], { RECOLLECT_HOME: home, HF_ENDPOINT: hub.url })
  const inHome = (name: string) => join(home, 'models', REPOSITORY, name)

  it('fetches what a model needs, and says what else to do', async () => {
    const { code, stdout } = await run('fetch', NAME)
    expect(code, stdout).toBe(0)
    expect(stdout).toContain(`local/${NAME} is in ${join(home, 'models', REPOSITORY)}`)
    expect(stdout).toContain(
      `npm install --prefix "${join(home, 'models')}" @huggingface/transformers@4`,
    )
    expect(stdout).toContain(`RECOLLECT_EMBEDDING=local/${NAME}`)
    expect(existsSync(inHome(WEIGHTS))).toBe(true)
    expect(hub.downloads).not.toContain('README.md')
    expect((await run('list')).stdout).toMatch(/local\/all-minilm-l6-v2\s+fetched/)
  })

  it('lists models that were put there by hand, for programs too', async () => {
    putTinyModel(join(home, 'models'), 'made/tiny')
    const { stdout } = await run('list', '--json')
    const { models, package_installed } = JSON.parse(stdout)
    expect(package_installed).toBe(false)
    expect(models).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ handle: `local/${NAME}`, fetched: false }),
        expect.objectContaining({ handle: 'local/made/tiny', fetched: true }),
      ]),
    )
  })

  it('keeps what is there, and fetches again what differs', async () => {
    await run('fetch', NAME)
    putTinyModel(join(home, 'models'), REPOSITORY)
    hub.downloads.length = 0
    expect((await run('fetch', `local/${NAME}`)).stdout).toContain('which was there')
    expect(hub.downloads).toEqual([])
  })

  it('takes no file that arrives damaged, and the next attempt mends it', async () => {
    hub.damage(WEIGHTS)
    const { code, stderr } = await run('fetch', NAME)
    expect(code).toBe(1)
    expect(stderr).toContain(`${WEIGHTS} arrived damaged`)
    expect(existsSync(inHome(WEIGHTS))).toBe(false)
    expect((await run('list')).stdout).not.toMatch(/local\/all-minilm-l6-v2\s+fetched/)
    hub.damage(null)
    expect((await run('fetch', REPOSITORY)).code).toBe(0)
    expect(existsSync(inHome(WEIGHTS))).toBe(true)
  })

  it.each([
    ['minilm', /names no model.*all-minilm-l6-v2.*<owner>\/<name>/],
    ['nobody/nothing', /no public model nobody\/nothing/],
    ['../../secrets', /names no model/],
  ])('refuses %s', async (name, problem) => {
    const { code, stderr } = await run('fetch', name)
    expect(code).toBe(1)
    expect(stderr).toMatch(problem)
  })

  it('says what to do without a connection', async () => {
    await hub.close()
    const { code, stderr } = await run('fetch', NAME)
    expect(code).toBe(1)
    expect(stderr).toMatch(/can't be reached.*HF_ENDPOINT.*by hand/)
  })
})

const KINDS = [
  { what: 'a stand-in for the package', isReal: false },
  { what: 'the package, where RECOLLECT_TEST_TRANSFORMERS names a folder with it', isReal: true },
]

describe.each(KINDS)('memory with a model of this machine and $what', ({ isReal }) => {
  const available = it.skipIf(isReal && TRANSFORMERS_FOLDER === undefined)

  available(
    'finds by meaning, once the package and the model are there',
    async () => {
      const home = newHome()
      const models = join(home, 'models')
      const environment = { ...withoutKey(home), RECOLLECT_EMBEDDING: 'local/made/tiny' }
      const doctor = async () => {
        const { code, stdout, stderr } = await runCommand(['doctor'], environment)
        // It ends by itself, with the model loaded too.
        expect(code).not.toBeNull()
        return stdout + stderr
      }
      expect(await doctor()).toMatch(
        /FAILED: local\/made\/tiny .*which is not installed\. Run: npm install --prefix/,
      )
      if (isReal) linkTransformers(models, TRANSFORMERS_FOLDER ?? '')
      else putStandIn(models)
      expect(await doctor()).toMatch(/not been fetched.*Run: recollect models fetch made\/tiny/)
      putTinyModel(models, 'made/tiny')
      expect(await doctor()).toContain('ok: local/made/tiny, 8 dimensions')

      const client = await connect('v2-auto', { kind: 'stdio', environment })
      try {
        await client.call('create_agent', { name: 'Tess' })
        await client.call('insert_archival', { agent: 'Tess', texts: ['My puppy', 'The kettle'] })
        await vi.waitFor(
          async () => {
            const found = await client.call('search_archival', { agent: 'Tess', query: 'hound' })
            expect(found.data.passages).toMatchObject([
              { text: 'My puppy', found_by: 'vector' },
              { text: 'The kettle' },
            ])
          },
          { timeout: 20_000, interval: 100 },
        )
      } finally {
        await client.close()
      }
    },
    40_000,
  )
})
