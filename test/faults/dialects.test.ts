import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { message, say, speak } from './answers.ts'
import { resultsIn, startWorld, type World } from './world.ts'

/* Tool calls and thinking that models write into their text where a server does not parse them. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Noted.')))

const NAME = 'core_memory_append'
const ARGS = { label: 'human', content: 'Likes "tea".\nA lot.' }
const J = JSON.stringify(ARGS)
const CALL = JSON.stringify({ name: NAME, arguments: ARGS })
const TEXT = ARGS.content
const PYTHON = `${NAME}(label='human', content="Likes \\"tea\\".\\nA lot.")`
const XML = `<parameter=label>\nhuman\n</parameter>\n<parameter=content>\n${TEXT}\n</parameter>`
const NAMED = (prefix = '', attributes = '') =>
  `<${prefix}parameter name="label"${attributes}>human</${prefix}parameter>\n<${prefix}parameter name="content"${attributes}>${TEXT}</${prefix}parameter>`

const CALLS: Readonly<Record<string, string>> = {
  Hermes: `<tool_call>\n${CALL}\n</tool_call>`,
  'Qwen Coder': `<tool_call>\n<function=${NAME}>\n${XML}\n</function>\n</tool_call>`,
  'Qwen Coder without its mark': `I note it.\n<function=${NAME}>\n${XML}\n</function>`,
  Seed: `<seed:tool_call>\n<function=${NAME}>\n<parameter=label>human</parameter>\n<parameter=content>${TEXT}</parameter>\n</function>\n</seed:tool_call>`,
  GLM: `<tool_call>${NAME}\n<arg_key>label</arg_key>\n<arg_value>human</arg_value>\n<arg_key>content</arg_key>\n<arg_value>${TEXT}</arg_value>\n</tool_call>`,
  Kimi: `<|tool_calls_section_begin|><|tool_call_begin|>functions.${NAME}:0<|tool_call_argument_begin|>${J}<|tool_call_end|><|tool_calls_section_end|>`,
  'DeepSeek V3': `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>${NAME}\n\`\`\`json\n${J}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  'DeepSeek V3.1': `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>${NAME}<｜tool▁sep｜>${J}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  'DeepSeek V3.2': `<｜DSML｜function_calls>\n<｜DSML｜invoke name="${NAME}">\n${NAMED('｜DSML｜', ' string="true"')}\n</｜DSML｜invoke>\n</｜DSML｜function_calls>`,
  'LM Studio': `[TOOL_REQUEST]${CALL}[END_TOOL_REQUEST]`,
  'Mistral, a list': `[TOOL_CALLS][${CALL}]`,
  'Mistral, by name': `[TOOL_CALLS]${NAME}[ARGS]${J}`,
  'Mistral, by name and id': `[TOOL_CALLS]${NAME}[CALL_ID]a1B2c3D4e[ARGS]${J}</s>`,
  'Llama, a tag': `<function=${NAME}>${J}</function>`,
  'Llama, Python': `<|python_tag|>{"name": "${NAME}", "parameters": ${J}}<|eom_id|>`,
  'Llama 4': `[${PYTHON}]`,
  LFM: `<|tool_call_start|>[${PYTHON}]<|tool_call_end|>`,
  OLMo: `<function_calls>\n${PYTHON}\n</function_calls>`,
  'GLM-4': `${NAME}\n${J}`,
  'gpt-oss': `<|channel|>analysis<|message|>Tea.<|end|><|start|>assistant<|channel|>commentary to=functions.${NAME} <|constrain|>json<|message|>${J}<|call|>`,
  'gpt-oss, the other way round': `<|start|>assistant to=functions.${NAME}<|channel|>commentary json<|message|>${J}`,
  'gpt-oss without its marks': `analysisThe user likes tea.assistantcommentary to=functions.${NAME} json${J}`,
  Anthropic: `<function_calls>\n<invoke name="${NAME}">\n${NAMED()}\n</invoke>\n</function_calls>`,
  MiniMax: `<minimax:tool_call>\n<invoke name="${NAME}">\n${NAMED()}\n</invoke>\n</minimax:tool_call>`,
  xAI: `<xai:function_call name="${NAME}">\n${NAMED()}\n</xai:function_call>`,
  Hunyuan: `<tool_calls>\n<tool_call>${NAME}\n\`\`\`json\n${J}\n\`\`\`\n</tool_call>\n</tool_calls>`,
  Jamba: `<tool_calls>[\n${CALL}\n]</tool_calls>`,
  Nemotron: `<TOOLCALL>[${CALL}]</TOOLCALL>`,
  Granite: `<|tool_call|>[${CALL}]`,
  Phi: `<|tool_call|>[${CALL}]<|/tool_call|>`,
  Command: `<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "${NAME}", "parameters": ${J}}]<|END_ACTION|>`,
  'Command R': `Action: \`\`\`json\n[{"tool_name": "${NAME}", "parameters": ${J}}]\n\`\`\``,
  Apertus: `<|tools_prefix|>[{"${NAME}": ${J}}]<|tools_suffix|>`,
  FunctionGemma: `<start_function_call>call:${NAME}{label:<escape>human<escape>,content:<escape>${TEXT}<escape>}<end_function_call>`,
  'Gemma 4': `<|tool_call>call:${NAME}{label:<|"|>human<|"|>,content:<|"|>${TEXT}<|"|>}<tool_call|>`,
  'Gemma 3': `\`\`\`tool_code\nprint(default_api.${PYTHON})\n\`\`\``,
  FireFunction: `functools[${CALL}]`,
  Functionary: `>>>${NAME}\n${J}`,
  ReAct: `Thought: I keep it.\nAction: ${NAME}\nAction Input: ${J}`,
  'a fence of its own': `\`\`\`tool_call\n${CALL}\n\`\`\``,
  'a fence at the end': `I note that.\n\n\`\`\`json\n${CALL}\n\`\`\``,
  'the name as the key': JSON.stringify({ [NAME]: ARGS }),
  'the name as the tag': `<${NAME}>\n<label>human</label>\n<content>${TEXT}</content>\n</${NAME}>`,
  'a Python object': `<tool_call>{'name': '${NAME}', 'arguments': {'label': 'human', 'content': 'Likes "tea".\\nA lot.'}}</tool_call>`,
  LongCat: `<longcat_tool_call>${NAME}\n<longcat_arg_key>label</longcat_arg_key>\n<longcat_arg_value>human</longcat_arg_value>\n<longcat_arg_key>content</longcat_arg_key>\n<longcat_arg_value>${TEXT}</longcat_arg_value>\n</longcat_tool_call>`,
  Solar: `<|tool_call:begin|>a1b2c3<|tool_call:name|>${NAME}<|tool_call:args|>${J}<|tool_call:end|>`,
  PLaMo: `<|plamo:begin_tool_calls|><|plamo:begin_tool_call|>${NAME}<|plamo:begin_tool_arguments|>${J}<|plamo:end_tool_arguments|><|plamo:end_tool_call|><|plamo:end_tool_calls|>`,
  'Qwen of before': `✿FUNCTION✿: ${NAME}\n✿ARGS✿: ${J}\n✿RESULT✿`,
  'Qwen 2.5 in the wrong tag': `<tools>\n${CALL}\n</tools>`,
  'Qwen 3 with a brace too few': `<tool_call>\n${CALL.slice(0, -1)}\n</tool_call>`,
  'Qwen 3 with a brace too many': `<tool_call>\n{${CALL}}\n</tool_call>`,
  'Qwen Coder without the ends of parameters': `<tool_call>\n<function=${NAME}>\n<parameter=label>human\n<parameter=content>${TEXT}\n</function>\n</tool_call>`,
  'Hermes after words on the line': `I note it. <tool_call>${CALL}</tool_call>`,
  'Hermes in a fence': `\`\`\`xml\n<tool_call>${CALL}</tool_call>\n\`\`\``,
  'Hermes with escapes of HTML': `&lt;tool_call&gt;${CALL.replaceAll('"', '&quot;')}&lt;/tool_call&gt;`,
  'LM Studio with the wrong end': `[TOOL_REQUEST]\n${CALL}\n[END_TOOL_RESULT]`,
  'Mistral in small letters': `[tool_calls]${NAME}[args]${J}`,
  'Kimi, the section in the singular': `<|tool_call_section_begin|><|tool_call_begin|>functions.${NAME}:0<|tool_call_argument_begin|>${J}<|tool_call_end|><|tool_call_section_end|>`,
  'Llama 4 between its marks': `<|python_start|>[${PYTHON}]<|python_end|>`,
  'Llama 3 with a header': `<|start_header_id|>assistant<|end_header_id|>\n\n{"name": "${NAME}", "parameters": ${J}}`,
  'GLM-4 after words': `I note that.\n${NAME}\n${J}\n<|observation|>`,
  'gpt-oss without any mark': `commentary to=functions.${NAME} json${J}`,
  'MCP tags': `<use_mcp_tool>\n<server_name>memory</server_name>\n<tool_name>${NAME}</tool_name>\n<arguments>\n${J}\n</arguments>\n</use_mcp_tool>`,
  'a label': `Tool call: ${CALL}`,
  'bare JSON after words': `I note that.\n${CALL}`,
  'a whole message as JSON': JSON.stringify({
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: NAME, arguments: J } }],
  }),
  'the name behind a colon in the tag': `<tool:${NAME}>${J}</tool:${NAME}>`,
  'the name as the tag after words': `I note it.\n\n<${NAME}>\n<label>human</label>\n<content>${TEXT}</content>\n</${NAME}>`,
  'attributes of a tag': `<${NAME} label="human" content="Likes &quot;tea&quot;.&#10;A lot."/>`,
  'a name and tags': `<tool_use>\n<tool_name>${NAME}</tool_name>\n<parameters>${J}</parameters>\n</tool_use>`,
}

const LM = 'lmstudio/scripted'

describe('a call in the dialect of', () => {
  it.each(Object.entries(CALLS))('%s is made, and not shown', async (_, text) => {
    const agent = await world.createAgent(LM, { human: '' })
    world.vendor.enqueue(say(text))
    const { data } = await world.send(agent)
    expect(await world.human(agent)).toBe(TEXT)
    expect(data.reply).not.toContain(NAME)
    expect(data.reply).not.toMatch(/[<[][|｜/]?(?:tool|function)/i)
  })

  it.each(['<tool_call>', '<|tool_call_start|>'])(
    '%s that cannot be parsed is reported to the model, and not shown',
    async (mark) => {
      const agent = await world.createAgent(LM)
      world.vendor.enqueue(say(`${mark}{"what": is this}</tool_call>`))
      const { data } = await world.send(agent)
      expect(data).toMatchObject({ status: 'completed', reply: 'Noted.' })
      expect(resultsIn(world)).toEqual([expect.stringMatching(/^Error: .*can not be read/)])
    },
  )

  it.each([
    [
      'a parameter',
      `<function=${NAME}>\n<parameter=label>human</parameter>\n<parameter=content>Likes t`,
    ],
    ['a pair', `<tool_call>${NAME}<arg_key>label</arg_key><arg_value>human</arg_va`],
  ])('%s that is cut off is not run', async (_, text) => {
    const agent = await world.createAgent(LM)
    world.vendor.enqueue(say(text))
    expect((await world.send(agent)).data.reply).toBe('Noted.')
    expect(await world.human(agent)).toBe('Empty.')
    expect(resultsIn(world)).toEqual([expect.stringMatching(/^Error: .*(?:cut off|not be read)/)])
  })

  it.each([
    `Write <tool_call>${CALL}</tool_call> to call it.`,
    `In code: \`<tool_call>${CALL}</tool_call>\``,
    `For example:\n\`\`\`\n<tool_call>${CALL}</tool_call>\n\`\`\`\nThat is all.`,
    `The lookup gives\n{"name": "${NAME}"}`,
  ])('%j is words', async (text) => {
    const agent = await world.createAgent(LM, { agent_type: 'letta_v1_agent', tools: [NAME] })
    world.vendor.enqueue(say(text))
    expect((await world.send(agent)).data.reply).toBe(text)
    expect(await world.human(agent)).toBe('Empty.')
  })

  it('several calls run in order', async () => {
    const agent = await world.createAgent(LM, { human: '' })
    const one = (content: string) =>
      `<function=${NAME}>\n<parameter=label>human</parameter>\n<parameter=content>${content}</parameter>\n</function>`
    world.vendor.enqueue(
      say(`<tool_call>\n${one('One.')}\n</tool_call>\n<tool_call>\n${one('Two.')}\n</tool_call>`),
    )
    await world.send(agent)
    expect(await world.human(agent)).toBe('One.\nTwo.')
  })

  it('a number in a tag is a number, and a string that looks like one stays a string', async () => {
    const agent = await world.createAgent(LM, { human: '' })
    const xml = `<function=${NAME}><parameter=label>human</parameter><parameter=content>42</parameter><parameter=request_heartbeat>true</parameter></function>`
    world.vendor.enqueue(say(xml))
    await world.send(agent)
    expect(await world.human(agent)).toBe('42')
  })
})

const SPOKEN: Readonly<Record<string, string>> = {
  think: '<think>Secret plan.</think>\n\nHello.',
  Magistral: '[THINK]Secret plan.[/THINK]Hello.',
  'gpt-oss':
    '<|channel|>analysis<|message|>Secret plan.<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>',
  'gpt-oss without its marks': 'analysisSecret plan.assistantfinalHello.',
  thinking: '<thinking>\nSecret plan.\n</thinking>\n\nHello.',
  thought: '<thought>\nSecret plan.\n</thought>\nHello.',
  reasoning: '<reasoning>Secret plan.</reasoning>\nHello.',
  'Gemma 4': '<|channel>thought\nSecret plan.<channel|>Hello.',
  Seed: '<seed:think>Secret plan.</seed:think>Hello.',
  'Kimi-VL': '◁think▷Secret plan.◁/think▷Hello.',
  Command: '<|START_THINKING|>Secret plan.<|END_THINKING|><|START_RESPONSE|>Hello.<|END_RESPONSE|>',
  OpenThinker:
    '<|begin_of_thought|>Secret plan.<|end_of_thought|><|begin_of_solution|>Hello.<|end_of_solution|>',
  Apertus: '<|inner_prefix|>Secret plan.<|inner_suffix|>Hello.',
  LongCat: '<longcat_think>Secret plan.</longcat_think>Hello.',
  Hunyuan: '<think>\nSecret plan.\n</think>\n<answer>\nHello.\n</answer>',
  'Granite 3.2': 'Here is my thought process:\nSecret plan.\nHere is my response:\nHello.',
  'an end without a beginning': 'Secret plan.\n</think>\n\nHello.',
  'an end without a beginning, on its line': 'Secret plan.</think>Hello.',
  'a tag with attributes': '<think type="hidden">Secret plan.</think>Hello.',
  'another end than its beginning': '<think>Secret plan.</thinking>\nHello.',
  'a tag in a tag': '<think><think>Secret plan.</think></think>Hello.',
  'details of a chat page':
    '<details type="reasoning" done="true">\n<summary>Thought</summary>\nSecret plan.\n</details>\nHello.',
  'marks of reasoning': '<|reasoning_start|>Secret plan.<|reasoning_end|>Hello.',
  'wide marks': '<｜begin▁of▁thinking｜>Secret plan.<｜end▁of▁thinking｜>Hello.',
  Solar: '<|think|>Secret plan.<|end|><|begin|>assistant<|content|>Hello.<|end|>',
  'Granite, shorter': "Here's my thought process:\nSecret plan.\nHere's my response:\nHello.",
  'Magistral without a beginning': 'Secret plan.[/THINK]Hello.',
}

describe('thinking in the dialect of', () => {
  it.each(Object.entries(SPOKEN))('%s is not said', async (_, text) => {
    const agent = await world.createAgent(LM, { agent_type: 'letta_v1_agent' })
    world.vendor.enqueue(say(text))
    const { data } = await world.send(agent)
    expect(data.reply).toBe('Hello.')
    expect(data.messages[1]).toMatchObject({ type: 'reasoning_message', text: 'Secret plan.' })
  })
})

describe('a call that appears only in the reasoning', () => {
  it.each([
    [
      'a call',
      { content: '', reasoning_content: `I keep it.\n<tool_call>\n${CALL}\n</tool_call>` },
    ],
    [
      'a call in open thinking',
      { content: `<think>\nI keep it.\n<tool_call>\n${CALL}\n</tool_call>` },
    ],
    ['a bare call', { content: '', reasoning_content: `I keep it.\n${CALL}` }],
    [
      'a call of gpt-oss',
      {
        content: '',
        reasoning: `Tea.<|end|><|start|>assistant<|channel|>commentary to=functions.${NAME}<|message|>${J}`,
      },
    ],
  ])('%s is made', async (_, fields) => {
    const agent = await world.createAgent(LM, { human: '' })
    world.vendor.enqueue(message(fields))
    await world.send(agent)
    expect(await world.human(agent)).toBe(TEXT)
  })

  it.each([
    [
      'behind the end of the thinking',
      { content: null, reasoning_content: 'Hm.\n</think>\nHello.' },
    ],
    [
      'in the final channel',
      { content: '', reasoning: 'Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello.' },
    ],
    [
      'between marks of an answer',
      { content: '', reasoning_content: 'Hm.\n<answer>Hello.</answer>' },
    ],
  ])('an answer %s is said', async (_, fields) => {
    const agent = await world.createAgent(LM, { agent_type: 'letta_v1_agent' })
    world.vendor.enqueue(message(fields))
    expect((await world.send(agent)).data.reply).toBe('Hello.')
  })
})

describe('a call of', () => {
  it.each([
    `${NAME}<|channel|>commentary`,
    `functions.${NAME}`,
    `functions.${NAME}:0`,
    `${NAME}:1`,
    `${NAME}json`,
    ` ${NAME}\n`,
    `default_api:${NAME}`,
    `"${NAME}"`,
    `${NAME}()`,
    'core-memory-append',
    `mcp__recollect__${NAME}`,
    `commentary to=functions.${NAME} <|constrain|>json`,
    `<function=${NAME}>`,
    `${NAME}</tool_call>`,
    `${NAME}{"label`,
    `${NAME}_0`,
    `recollect-${NAME}`,
    'core.memory.append',
  ])('%j means the one tool that it can mean', async (name) => {
    const agent = await world.createAgent(LM, { human: '' })
    world.vendor.enqueue(message({ tool_calls: [{ id: 'a', function: { name, arguments: J } }] }))
    await world.send(agent)
    expect(await world.human(agent)).toBe(TEXT)
  })

  it.each([
    'core_memory_append_all',
    'memory_append',
    'append',
    'recall',
    `${NAME} or core_memory_replace`,
  ])('%s means no tool', async (name) => {
    const agent = await world.createAgent(LM, { human: '' })
    world.vendor.enqueue(message({ tool_calls: [{ id: 'a', function: { name, arguments: J } }] }))
    await world.send(agent)
    expect(await world.human(agent)).toBe('')
    expect(resultsIn(world)).toEqual([expect.stringMatching(/^Error: There is no tool/)])
  })
})
