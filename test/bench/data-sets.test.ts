import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDataSet } from '../../bench/retrieval/read-data-set.ts'
import { RIVALS } from '../../bench/retrieval/rivals.ts'

/* Data sets of others, in small made-up files of the same form. */

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recollect-data-sets-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(path: string, content: unknown): Promise<string> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

describe('a data set is read by its form:', () => {
  it('LoCoMo', async () => {
    const said = (id: string, text: string) => ({ speaker: 'Ann', dia_id: id, text })
    const path = await write('locomo.json', [
      {
        sample_id: 'conv-1',
        conversation: {
          speaker_a: 'Ann',
          session_1_date_time: '1:56 pm on 8 May, 2023',
          session_1: [said('D1:1', 'Tea, please.'), said('D1:2', 'Thanks.')],
        },
        qa: [{ question: 'What does Ann drink?', category: 4, evidence: ['D1:01; D9:9'] }],
      },
    ])
    const { conversations } = readDataSet(path)
    expect(conversations[0]?.sessions[0]).toMatchObject({
      createdAt: '2023-05-08T13:56:00.000Z',
      turns: [{ id: 'D1:1', text: 'Ann: Tea, please.', role: 'user' }, { id: 'D1:2' }],
    })
    expect(conversations[0]?.questions).toEqual([
      { text: 'What does Ann drink?', category: '4', evidence: ['D1:1'] },
    ])
  })

  it('REALTALK, a folder or one chat', async () => {
    const chat = {
      name: { speaker_1: 'Ann', speaker_2: 'Bob' },
      session_1: [
        {
          clean_text: 'Tea!',
          speaker: 'Ann',
          date_time: '29.12.2023, 22:42:04',
          dia_id: 'D1:1',
          blip_caption: ['a cup'],
        },
        { clean_text: '', speaker: 'Bob', date_time: '29.12.2023, 22:43:04', dia_id: 'D1:2' },
      ],
      events_session_1: { agent_a: [] },
      qa: [
        { question: 'What was drunk?', category: 1, evidence: ['D1:1'] },
        { question: 'What else?', category: 1, evidence: ['D7:7'] },
      ],
    }
    const file = await write('realtalk/Chat_10_Ann_Bob.json', chat)
    await write('realtalk/Chat_2_Ann_Bob.json', chat)
    const { conversations } = readDataSet(join(folder, 'realtalk'))
    expect(conversations.map(({ name }) => name)).toEqual(['Chat_2_Ann_Bob', 'Chat_10_Ann_Bob'])
    expect(conversations[0]?.sessions).toEqual([
      {
        source: 'session_1',
        createdAt: '2023-12-29T22:42:04Z',
        turns: [{ id: 'D1:1', text: 'Ann: Tea! [image: a cup]', role: 'user' }],
      },
    ])
    expect(conversations[0]?.questions).toHaveLength(1)
    expect(readDataSet(file).conversations).toHaveLength(1)
  })

  it('LongMemEval, without questions that can’t be answered', async () => {
    const item = (id: string, marked: boolean) => ({
      question_id: id,
      question_type: 'single-session-user',
      question: 'What do I drink?',
      question_date: '2023/06/01 (Thu) 10:00',
      haystack_session_ids: ['s1'],
      haystack_dates: ['2023/05/30 (Tue) 23:40'],
      haystack_sessions: [
        [
          { role: 'user', content: 'I drink tea.', has_answer: marked },
          { role: 'assistant', content: 'Noted.' },
        ],
      ],
    })
    const path = await write('longmemeval_s.json', [item('q1', true), item('q2_abs', false)])
    const { conversations } = readDataSet(path)
    expect(conversations).toHaveLength(1)
    expect(conversations[0]).toMatchObject({
      name: 'q1',
      sessions: [{ createdAt: '2023-05-30T23:40:00Z', turns: [{ id: '1:1' }, { id: '1:2' }] }],
      questions: [{ text: 'What do I drink?', category: 'single-session-user', evidence: ['1:1'] }],
    })
  })

  it('XQuAD, all languages or one', async () => {
    const squad = (context: string, question: string) => ({
      data: [
        {
          paragraphs: [
            { context: 'Other.', qas: [] },
            { context, qas: [{ question }] },
          ],
        },
      ],
      version: '1.1',
    })
    const file = await write('xquad/xquad.zh.json', squad('我住在北京。', '我住在哪里？'))
    await write('xquad/xquad.de.json', squad('Ich wohne in Graz.', 'Wo wohne ich?'))
    const { conversations } = readDataSet(join(folder, 'xquad'))
    expect(conversations.map(({ name }) => name)).toEqual(['xquad.de', 'xquad.zh'])
    expect(readDataSet(file).conversations[0]?.questions).toEqual([
      { text: '我住在哪里？', category: 'xquad.zh', evidence: ['1:2'] },
    ])
  })

  it('BEAM', async () => {
    const said = (id: number, content: string, anchor?: string) => ({
      ...{ id, role: 'user', content },
      ...(anchor && { time_anchor: anchor }),
    })
    await write('beam/100K/1/chat.json', [
      { turns: [[said(0, 'Tea, please.', 'March-15-2024'), said(1, 'And milk.')]] },
    ])
    await write('beam/100K/1/probing_questions/probing_questions.json', {
      information_extraction: [{ question: 'What did I drink?', source_chat_ids: [0] }],
      abstention: [{ question: 'What did I eat?' }],
    })
    const { conversations } = readDataSet(join(folder, 'beam/100K'))
    expect(conversations[0]?.questions).toHaveLength(1)
    expect(conversations[0]?.sessions[0]?.turns).toHaveLength(2)
  })

  it('CACM, whose judgements number their questions with zeros', async () => {
    await write('cacm/cacm.all', '.I 1\n.T\nTea\n.W\nOn tea.\n.N\nx\n.I 2\n.T\nCoffee\n')
    await write('cacm/query.text', '.I 1\n.W\nWho brews tea?\n.N\n1. x\n')
    await write('cacm/qrels.text', '01 0001  0 0\n02 0002 0 0\n')
    const { conversations } = readDataSet(join(folder, 'cacm'))
    expect(conversations[0]?.sessions[0]?.turns).toMatchObject([
      { id: '1', text: 'Tea\nOn tea.' },
      { id: '2', text: 'Coffee' },
    ])
    expect(conversations[0]?.questions).toEqual([
      { text: 'Who brews tea?', category: 'all', evidence: ['1'] },
    ])
  })

  it('or refused by what is known', async () => {
    const path = await write('other.json', { a: 1 })
    expect(() => readDataSet(path)).toThrow(/none of what is known/)
    expect(() => readDataSet(join(folder, 'absent'))).toThrow(/nothing at/)
  })
})

it('each rival finds the turn that has the words of a question', async () => {
  const turns = ['The kettle whistles.', 'We rowed to Iona.', 'The abbey was shut.'].map(
    (text, id) => ({ id: `turn ${id}`, text, role: 'user' as const }),
  )
  for (const [name, open] of Object.entries(RIVALS)) {
    const search = await open(turns)
    const question = name.startsWith('substring, whole') ? 'rowed to Iona' : 'Iona rowed'
    expect((await search(question, 1))[0], name).toBe('turn 1')
  }
})
