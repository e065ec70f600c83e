import { expect, test } from 'vitest'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { newId } from '../../../src/core/ids.ts'
import type { Store } from '../../../src/storage/port/store.ts'
import {
  at,
  byClient,
  giveArchive,
  someAgent,
  someArchive,
  someBlock,
  somePassage,
  someRun,
  userSays,
} from '../../support/stores.ts'
import { someJob } from './jobs.ts'
import type { Subject } from './subject.ts'

/** An agent with one of everything. */
function everything() {
  const agent = someAgent({ name: 'Ada', tags: ['t'] })
  const archiveId = newId('archive')
  return {
    agent,
    archiveId,
    block: someBlock(),
    formerId: newId('block'),
    passage: somePassage(archiveId, { text: 'kettle', tags: ['t'] }),
    run: someRun(agent.id, { idempotencyKey: 'k' }),
    stepId: newId('step'),
    callId: newId('call'),
    messageId: newId('message'),
    job: someJob({ agentId: agent.id, key: 'k' }),
  }
}
type Everything = ReturnType<typeof everything>

async function insert(store: Store, all: Everything, text = 'kettle'): Promise<void> {
  const { agent, archiveId, block, formerId, passage, run, stepId, callId, messageId, job } = all
  await store.transaction(async (tx) => {
    await tx.agents.insert(agent)
    await tx.blocks.insert({ ...block, value: text }, byClient)
    await tx.blocks.attach(agent.id, block, at())
    const former = await tx.blocks.insert(
      { ...someBlock({ label: 'former' }), id: formerId },
      byClient,
    )
    await tx.blocks.attach(agent.id, former, at())
    await tx.blocks.detach(agent.id, former.id, at(1))
    await giveArchive(tx, agent.id, someArchive({ id: archiveId }))
    await tx.passages.insert([{ ...passage, text }], at())
    await tx.runs.insert({ ...run, input: text })
    await tx.vectors.embedWith({ kind: 'archive', id: archiveId }, 'openai/m', at())
    const summary = {
      id: newId('summary'),
      fromSeq: 1,
      toSeq: 1,
      until: at(),
      method: 'extract',
    } as const
    await tx.conversations.setContext(
      defaultConversation(agent.id),
      { summary: { ...summary, text } },
      at(),
    )
    await tx.messages.append(agent.id, [userSays(text, { id: messageId, runId: run.id })])
    await tx.jobs.insert({ ...job, input: text })
    await tx.runs.openStep({ id: stepId, runId: run.id, number: 1, at: at() })
    await tx.runs.recordAnswer(stepId, {
      model: 'openai/m',
      finish: 'stop',
      calls: [{ id: callId, index: 0, name: 'x', arguments: text, effect: 'once' }],
      usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, cachedTokens: 0 },
    })
  })
}

/** All that can be read in a namespace about these, by every query of the port. */
async function read(store: Store, all: Everything) {
  const { agent, block, passage, run, job } = all
  const { agents, archives, blocks, conversations, messages, passages, runs, jobs } = store
  return {
    agent: await agents.get(agent.id),
    named: await agents.named('Ada', 9),
    listed: (await agents.list({ limit: 9 })).items,
    queried: (await agents.list({ limit: 9, query: 'a' })).items,
    tagged: (await agents.list({ limit: 9, tags: ['t'] })).items,
    counts: await agents.counts(agent.id),
    block: await blocks.get(block.id),
    found: await blocks.find(agent.id, block.label),
    ofAgent: await blocks.ofAgent(agent.id),
    agentsOf: await blocks.agentsOf(block.id),
    blocks: (await blocks.list({ limit: 9 })).items,
    blocksWith: (await blocks.list({ limit: 9, query: 'h' })).items,
    blockById: (await blocks.list({ limit: 9, query: block.id })).items,
    versions: (await blocks.versions(block.id, { limit: 9 })).items,
    valueAt: await blocks.valueAt(block.id, 1),
    asOf: await blocks.asOf(agent.id, at()),
    wholeVersions: await blocks.versionsAfter(block.id, 0, 9),
    attachments: await blocks.attachments(agent.id),
    conversation: await conversations.get(defaultConversation(agent.id)),
    conversations: (await conversations.list({ agentId: agent.id, limit: 9 })).items,
    summaries: await conversations.summaries(defaultConversation(agent.id)),
    inSight: await messages.inSight(defaultConversation(agent.id), 1),
    last: await messages.last(agent.id),
    countBefore: await messages.countBefore(agent.id, 9),
    recent: await messages.recent(agent.id, {}),
    ofRun: await messages.ofRun(run.id),
    embeddable: (await messages.embeddable(agent.id)).messages,
    said: (await messages.search(agent.id, { limit: 9 })).items,
    saidWords: (await messages.search(agent.id, { limit: 1, query: 'kettle pot' })).items,
    passage: await passages.find(passage.id),
    beside: await passages.around(agent.id, passage.id, 1),
    alike: await passages.alike(agent.id, ['kettl'], 9),
    ofArchive: (await passages.ofArchive(passage.archiveId, { limit: 9 })).items,
    snapshot: await store.snapshot((reads) => reads.messages.since(agent.id, 1)),
    archive: await archives.get(passage.archiveId),
    archives: (await archives.list({ limit: 9 })).items,
    archivesOf: (await archives.list({ limit: 9, agentId: agent.id })).items,
    holders: await archives.agentsOf(passage.archiveId),
    default: await archives.defaultOf(agent.id),
    archived: (await archives.counts()).passages,
    archivedOf: (await archives.counts(agent.id)).passages,
    passages: (await passages.search(agent.id, { limit: 9 })).items,
    passageWords: (await passages.search(agent.id, { limit: 1, query: 'kettle pot' })).items,
    passageTags: (await passages.search(agent.id, { limit: 9, tags: ['t'] })).items,
    run: await runs.get(run.id),
    byKey: await runs.byIdempotencyKey(agent.id, 'k'),
    blocking: await runs.blocking(run.id),
    step: await runs.currentStep(run.id),
    lastStep: await runs.lastStep(run.id),
    job: await jobs.get(job.id),
    jobs: (await jobs.list({ limit: 9 })).items,
    jobsOf: (await jobs.list({ limit: 9, agentId: agent.id })).items,
    openJob: await jobs.open('load', 'k'),
  }
}

const isEmpty = (value: unknown) =>
  value === undefined || value === 0 || (Array.isArray(value) && value.length === 0)

export function namespaceContract(subject: Subject): void {
  test('nothing of one namespace is seen in another', async () => {
    const all = everything()
    await insert(subject.storage.in('ours'), all)
    const { counts, ...rest } = await read(subject.storage.in('theirs'), all)
    expect(counts).toEqual({ messages: 0, passages: 0 })
    for (const [query, result] of Object.entries(rest)) {
      expect(isEmpty(result), `${query} saw ${JSON.stringify(result)}`).toBe(true)
    }
    const { blocking: _, ...ours } = await read(subject.storage.in('ours'), all)
    for (const [query, result] of Object.entries(ours)) {
      expect(isEmpty(result), `${query} saw nothing`).toBe(false)
    }
  })

  test('nothing of one namespace is changed from another', async () => {
    const { storage } = subject
    const all = everything()
    const { agent, block, passage, run, stepId, callId, archiveId, job } = all
    const ours = storage.in('ours')
    await insert(ours, all)
    const claim = { owner: 'me', now: at(), expiresAt: at(30), orphanedBefore: at(-30) }
    const claimed = await storage.claims.next(claim)
    const work = await storage.jobs.next({ ...claim, kinds: ['load'] })
    if (!claimed || !work) throw new Error('nothing was claimed')
    const before = await read(ours, all)
    const sets = await storage.embeddings.counts()
    expect(sets).toMatchObject([{ namespace: 'ours', ownerId: archiveId, waiting: 1 }])

    const theirs = storage.in('theirs')
    const outcome = { status: 'failed', stopReason: 'cancelled', error: null, at: at() } as const
    const answers = await theirs.transaction(async (tx) => [
      await tx.agents.update(agent.id, { name: 'x', tags: ['x'] }, at()),
      await tx.agents.delete(agent.id, at()),
      await tx.conversations.rename(defaultConversation(agent.id), 'x', at()),
      await tx.conversations.delete(defaultConversation(agent.id), at()),
      await tx.blocks.detach(agent.id, block.id, at()),
      await tx.archives.detach(agent.id, archiveId, at()),
      await tx.passages.supersede(agent.id, passage.id, passage.id, at()),
      await tx.passages.delete(agent.id, passage.id, at()),
      await tx.runs.start(run.id, at()),
      await tx.runs.hold(claimed.lease, at(99), run),
      await tx.runs.requestCancel(run.id, at()),
      await tx.runs.startCall(callId),
      await tx.runs.finishCall(callId, 'success'),
      await tx.runs.closeStep(stepId, at()),
      await tx.runs.finish(run.id, outcome),
      await tx.jobs.hold(work.lease, at(99)),
      await tx.jobs.wake(job.id, at()),
      await tx.jobs.requestCancel(job.id, at()),
      await tx.jobs.finish(job.id, { status: 'failed', error: null, report: null, at: at() }),
    ])
    expect(answers).toEqual(answers.map(() => false))
    await theirs.transaction(async (tx) => {
      await tx.vectors.embedWith({ kind: 'archive', id: archiveId }, null, at())
      await tx.vectors.embedWith({ kind: 'agent', id: agent.id }, null, at())
      await tx.runs.release(claimed.lease)
      await tx.jobs.progress(job.id, { done: 9 }, at())
      await tx.jobs.postpone(job.id, { retryAt: at(9), error: null }, at())
      await tx.jobs.release(work.lease, at())
      await tx.runs.setWarnings(run.id, ['x'])
    })
    const current = before.block
    if (!current) throw new Error('no block')
    for (const write of [
      () => theirs.transaction((tx) => tx.blocks.update(current, { value: 'x' }, byClient)),
      () => theirs.transaction((tx) => tx.blocks.attach(agent.id, block, at())),
      () => theirs.transaction((tx) => tx.messages.append(agent.id, [userSays('x')])),
      () => theirs.transaction((tx) => tx.passages.insert([somePassage(archiveId)], at())),
      () => theirs.transaction((tx) => tx.runs.insert(someRun(agent.id))),
      () => theirs.transaction((tx) => tx.jobs.insert(someJob({ agentId: agent.id }))),
      () =>
        theirs.transaction((tx) =>
          tx.runs.openStep({ id: newId('step'), runId: run.id, number: 2, at: at() }),
        ),
    ]) {
      await expect(write()).rejects.toThrow()
    }
    expect(await read(ours, all)).toEqual(before)
    expect(await storage.embeddings.counts()).toEqual(sets)
    expect(await ours.transaction((tx) => tx.runs.hold(claimed.lease, at(99), run))).toMatchObject({
      run: { id: run.id },
    })
  })

  test('two namespaces may hold the same ids, and each sees its own', async () => {
    const all = everything()
    const [ours, theirs] = [subject.storage.in('ours'), subject.storage.in('theirs')]
    await insert(ours, all, 'kettle')
    const before = await read(ours, all)
    await insert(theirs, all, 'pot')
    expect(await read(ours, all)).toEqual(before)
    expect(await read(theirs, all)).toMatchObject({
      block: { value: 'pot' },
      valueAt: 'pot',
      asOf: [{ value: 'pot' }, { label: 'former' }],
      recent: [{ text: 'pot' }],
      saidWords: [{ item: { text: 'pot' } }],
      passageWords: [{ item: { text: 'pot' } }],
      run: { input: 'pot' },
      step: { calls: [{ arguments: 'pot' }] },
    })
    const sets = async () => (await subject.storage.embeddings.counts()).map((set) => set.namespace)
    expect(await sets()).toEqual(['ours', 'theirs'])
    await theirs.transaction((tx) => tx.agents.delete(all.agent.id, at()))
    expect(await sets()).toEqual(['ours'])
    expect(await read(ours, all)).toEqual(before)
  })
}
