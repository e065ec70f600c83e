/*
 * The marks with which models open and close a call in their text, as data. `read-call-body.ts` reads the text between
 * them, whichever marks they are, so a new dialect is usually one new line here.
 */

export interface CallMark {
  /** Models and formats that use it. */
  readonly by: string
  readonly open: RegExp
  /** `$1` and `$2` are the groups that `open` captured; null: the end of the text. */
  readonly close: string | null
  /**
   * True: a control token, which no ordinary sentence contains. False: opens a call only at the beginning of a line.
   */
  readonly isToken: boolean
  /** The mark is part of the call. */
  readonly isBody?: boolean
}

const CALL_WORD = String.raw`(?:tool|function)[_-]?(?:call|use|request|invocation)s?`

export const CALL_MARKS: readonly CallMark[] = [
  {
    by: 'Hermes, Qwen, GLM, LongCat, Granite, Nemotron, MiniMax, Hunyuan, Jamba, Anthropic, MCP tags',
    open: new RegExp(
      String.raw`<((?:(?!start_|end_)[｜|]?\w+[｜|:_])?${CALL_WORD}|use_mcp_tool)(?=[\s>])[^>]*>`,
      'i',
    ),
    close: '</$1>',
    isToken: false,
    isBody: true,
  },
  {
    by: 'Qwen Coder, Llama, Anthropic, Seed, without a mark around it',
    open: /<((?:[｜|]?\w+[｜|:])?(?:function|invoke))(?:\s*=|\s+name\s*=|\()[^>]*>/i,
    close: '</$1>',
    isToken: false,
    isBody: true,
  },
  {
    by: 'Kimi',
    open: /<\|(tool_calls?)_section_begin\|>/,
    close: '<|$1_section_end|>',
    isToken: true,
  },
  { by: 'DeepSeek', open: /<｜tool▁calls▁begin｜>/, close: '<｜tool▁calls▁end｜>', isToken: true },
  { by: 'Command', open: /<\|START_ACTION\|>/, close: '<|END_ACTION|>', isToken: true },
  { by: 'Apertus', open: /<\|tools_prefix\|>/, close: '<|tools_suffix|>', isToken: true },
  {
    by: 'FunctionGemma',
    open: /<start_function_call>/,
    close: '<end_function_call>',
    isToken: true,
  },
  { by: 'Gemma', open: /<\|(tool_call|function_call)>/, close: '<$1|>', isToken: true },
  { by: 'Llama', open: /<\|python_tag\|>/, close: null, isToken: true },
  {
    by: 'Kimi, LFM, Solar and others, by their begin and end',
    open: /<([|｜])((?:tool|function)[_▁]?calls?|action)([_▁:])(begin|start)\1>/i,
    close: '<$1$2$3end$1>',
    isToken: true,
  },
  {
    by: 'PLaMo',
    open: /<\|(\w+:)begin_(tool_(?:calls?|requests?)(?::\w+)?)\|>/,
    close: '<|$1end_$2|>',
    isToken: true,
  },
  { by: 'Llama 4', open: /<\|python_start\|>/, close: '<|python_end|>', isToken: true },
  { by: 'GigaChat', open: /function[ _]call<\|role_sep\|>/, close: null, isToken: true },
  { by: 'Qwen', open: /✿FUNCTION✿:?/, close: '✿RESULT✿', isToken: true },
  { by: 'Phi, Granite', open: /<\|((?:tool|function)_calls?)\|>/, close: '<|/$1|>', isToken: true },
  { by: 'LM Studio', open: /\[TOOL_REQUEST\]/, close: '[END_TOOL_REQUEST]', isToken: true },
  { by: 'Mistral', open: /\[TOOL_CALLS\]/, close: null, isToken: true },
  {
    by: 'many in brackets',
    open: /\[((?:TOOL|FUNCTION)_(?:CALL|USE|REQUEST)S?)\]/,
    close: '[/$1]',
    isToken: true,
  },
  {
    by: 'Mistral and LM Studio, in small letters',
    open: /\[tool_(?:calls?|request)\](?=\s*(?:[\w.-]+\s*(?:\[args\])?)?\s*[[{])/,
    close: '[end_tool_request]',
    isToken: false,
  },
  {
    by: 'models without a dialect, as a label',
    open: /\b(?:tool|function)[ _-]?calls?:[ \t]*\n?(?=[[{])/i,
    close: null,
    isToken: false,
  },
  { by: 'FireFunction', open: /\bfunctools(?=\[\{)/, close: null, isToken: false },
  { by: 'Functionary', open: />>>(?=[\w.]+\n)/, close: null, isToken: false },
  {
    by: 'Gemma and others, in a fence of its own',
    open: /```(?:tool_call|tool_code|tool_use|tool_request|function_call)s?[ \t]*\n/,
    close: '```',
    isToken: false,
  },
  {
    by: 'ReAct',
    open: /Action:[ \t]*(?=[^\n]+\n[ \t]*Action[ _]Input:)/,
    close: '\nObservation',
    isToken: false,
  },
  { by: 'Command R', open: /Action:[ \t]*\n?(?=```json\s*\[)/, close: null, isToken: false },
]

/** Marks that servers leave at the end of a text, or that they do not know. */
export const LEFTOVERS =
  /<\|start_header_id\|>\w*<\|end_header_id\|>|(?:<\|begin\|>assistant)?<\|content\|>|<\|(?:im_end|im_start|begin_of_text|observation|user|calls|eot_id|eom_id|end|return|call|endoftext|end_of_text|END_RESPONSE|START_RESPONSE|begin_of_box|end_of_box|begin_of_solution|end_of_solution|eos|assistant|END_OF_TURN_TOKEN|CHATBOT_TOKEN)\|>|<｜end▁of▁sentence｜>|<end_of_turn>|<start_of_turn>model\n?|<turn\|>|<\/s>\s*$|<eos>\s*$|\[\/INST\]|\[e~\[/g
