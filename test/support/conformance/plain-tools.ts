import { setTimeout as pause } from 'node:timers/promises'
import { UserError } from '../../../src/core/errors.ts'
import type { Tool } from '../../../src/mcp/call/define-tool.ts'
import { fixtureTool, PNG, WAV } from './fixture-tool.ts'

/** Between two notifications, so that they come one by one. */
const PAUSE_MILLISECONDS = 50

const image = { type: 'image', data: PNG, mimeType: 'image/png' } as const
const embedded = {
  type: 'resource',
  resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'Embedded.' },
} as const

/** Those that need nothing of the client. `log` reaches every client that asked for the log. */
export function plainTools(log: (text: string) => Promise<void>): readonly Tool[] {
  return [
    fixtureTool({ name: 'test_simple_text', about: 'Answers a text' }),
    fixtureTool({ name: 'test_image_content', about: 'Answers an image', content: [image] }),
    fixtureTool({
      name: 'test_audio_content',
      about: 'Answers a sound',
      content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }],
    }),
    fixtureTool({
      name: 'test_embedded_resource',
      about: 'Answers a resource',
      content: [embedded],
    }),
    fixtureTool({
      name: 'test_multiple_content_types',
      about: 'Answers a text, an image and a resource',
      content: [{ type: 'text', text: 'All kinds:' }, image, embedded],
    }),
    fixtureTool({
      name: 'test_error_handling',
      about: 'Fails',
      run() {
        throw new UserError('unsupported', 'This tool fails on purpose. Expect nothing else of it.')
      },
    }),
    fixtureTool({
      name: 'test_tool_with_progress',
      about: 'Tells of its progress',
      async run(_, call) {
        for (const part of ['Begun', 'Half done', 'Done']) {
          call.progress(part)
          await pause(PAUSE_MILLISECONDS)
        }
        return 'All done'
      },
    }),
    fixtureTool({
      name: 'test_tool_with_logging',
      about: 'Writes to the log',
      async run() {
        for (const part of ['Begun', 'Half done', 'Done']) {
          await log(part)
          await pause(PAUSE_MILLISECONDS)
        }
        return 'All done'
      },
    }),
    fixtureTool({
      name: 'test_logging_tool',
      about: 'Writes to the log, for those who asked for it',
      async run() {
        await log('It ran')
        return 'Logged'
      },
    }),
    fixtureTool({ name: 'test_streaming_elicitation', about: 'Answers on a stream' }),
  ]
}
