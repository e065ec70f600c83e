import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { type Route, route } from '../call/route.ts'
import { readBody } from '../read/body.ts'
import { textFile } from '../read/sent-file.ts'

/** Fields of a form are texts. */
const flag = z
  .union([z.boolean(), z.string()])
  .transform((value) => value === true || value === 'true' || value === '1')

const importBody = z.object({
  file: textFile.optional(),
  name: z.string().optional(),
  override_name: z.string().optional(),
  model: z.string().optional(),
  override_model_handle: z.string().optional(),
  append_copy_suffix: flag.optional(),
  strip_messages: flag.optional(),
})

/** Letta's clients know a copy by it. */
const COPY = '_copy'

export const transferRoutes: readonly Route[] = [
  // By GET as text in JSON's form, which is what clients write into a file.
  route('GET', '/v1/agents/{agent_id}/export', 'read', async ({ params, context }) =>
    JSON.parse(await context.transfer.exportLetta(params.agent_id)),
  ),

  route('POST', '/v1/agents/{agent_id}/export', 'read', async ({ params, context }) =>
    JSON.parse(await context.transfer.exportLetta(params.agent_id)),
  ),

  route('POST', '/v1/agents/import', 'write', async ({ query, body, context, caller }) => {
    const given = readBody(importBody, body)
    if (!given.file?.trim()) {
      throw new UserError(
        'invalid_argument',
        'There is no file. Send one as the field "file" of a multipart form.',
      )
    }
    const isCopy = given.append_copy_suffix ?? query.flag('append_copy_suffix') ?? true
    const { agentIds, warnings } = await context.transfer.import(given.file, {
      name: given.name ?? given.override_name ?? query.text('name'),
      model: given.model ?? given.override_model_handle ?? query.text('model'),
      suffix: isCopy ? COPY : '',
      scopes: [...caller.scopes],
      withoutMessages: given.strip_messages ?? query.flag('strip_messages'),
    })
    return { agent_ids: agentIds, warnings }
  }),
]
