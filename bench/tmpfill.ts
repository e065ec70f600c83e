import { openStorage } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { liveIn } from '../test/support/lived-in.ts'
const [file, agents] = process.argv.slice(2)
const storage = await openStorage(readConfig({}, { RECOLLECT_DATABASE_URL: `file:${file}` }))
await liveIn(storage, 'default', { agents: Number(agents), passages: 2500, messages: 2500, dimension: 768, wordsOfText: 60 })
await storage.close()
