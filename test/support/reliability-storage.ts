import type { Lease, Storage, Store, Transaction } from '../../src/storage/port/store.ts'
import { partsOf } from './parts-of.ts'

/*
 * The storage port with an ear at every transaction: what was written tells which transaction of the state machine it
 * was. The product has no switch for any of this; the server of the harness is put together with it
 * (`reliability-server.ts`).
 */

/** Kinds of transactions of the state machine, by their writes; one may do several of these. */
export const COMMITS = [
  /** T0 */
  'accept',
  /** T1, by the port of claims */
  'claim',
  /** T2: the user's message enters the history, the first step is opened */
  'open',
  /** A run that somebody left is taken up in the middle of a step. */
  'take-up',
  /** T3 */
  'answer',
  /** T4: a memory edit with its result */
  'edit',
  /** T4a */
  'start-call',
  /** T4b, and results of calls that edit nothing */
  'result',
  /** T5 and T2 of the next step */
  'next',
  /** T5 of the last step */
  'complete',
  'fail',
  /** Tc, for the process that asks */
  'cancel',
  /** Tc, for the process that works on the run */
  'cancelled',
  'give-back',
  'postpone',
  'renew',
  /** Only where the joint transaction was taken apart: the edit is stored and its result is not. */
  'half-edit',
  /** Somebody else saw the lease run out. */
  'expire',
  'other',
] as const
export type CommitKind = (typeof COMMITS)[number]

export interface Commit {
  readonly kinds: readonly CommitKind[]
  /** The lease that the writer passed. */
  readonly lease: Lease | undefined
  /** All that was written, as text to look for words in. */
  readonly text: string
}

export interface Ear {
  /** Inside the transaction, after its last statement. */
  before(commit: Commit): void
  /** After a transaction that was rolled back behind its last statement: its connection was gone. */
  undone(commit: Commit): void
  /** Right after COMMIT. */
  after(commit: Commit): void
}

/** Guarantees taken away from the server, to see whether the harness notices. */
export const CONTROLS = ['no-fence', 'split-edit'] as const
export type Control = (typeof CONTROLS)[number]

interface Call {
  readonly name: string
  readonly args: readonly unknown[]
  readonly result: unknown
}

export function listenTo(storage: Storage, ear: Ear, control: Control | undefined): Storage {
  async function transact<T>(
    store: Store,
    work: (tx: Transaction) => Promise<T>,
    kind?: CommitKind,
  ): Promise<T> {
    return heard(ear, (before) =>
      store.transaction(async (tx) => {
        const calls: Call[] = []
        const result = await work(recorded(control === 'no-fence' ? withoutFence(tx) : tx, calls))
        const commit = describe(calls, kind)
        if (control === 'split-edit' && commit.kinds.includes('edit')) throw new TakenApart()
        before(commit)
        return result
      }),
    )
  }

  async function transaction<T>(store: Store, work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await transact(store, work)
    } catch (error) {
      if (!(error instanceof TakenApart)) throw error
      await transact(store, (tx) => work(onlyTheEdit(tx)), 'half-edit')
      return transact(store, (tx) => work(onlyTheResult(tx)), 'result')
    }
  }

  return {
    ...storage,
    in(namespace) {
      const store = storage.in(namespace)
      return { ...store, transaction: (work) => transaction(store, work) }
    },
    claims: {
      ...storage.claims,
      async expire(lease, at) {
        const isExpired = await storage.claims.expire(lease, at)
        if (isExpired) ear.after({ kinds: ['expire'], lease, text: '' })
        return isExpired
      },
      async next(claim, begin) {
        // Without work to begin with, the run is only claimed, and not started either.
        if (!begin) return storage.claims.next(claim)
        const claimed = await heard(ear, (before) =>
          storage.claims.next(claim, async (tx, taken) => {
            const calls: Call[] = []
            const begun = await begin(recorded(tx, calls), taken)
            before({
              kinds: ['claim', ...kindsOf(calls)],
              lease: taken.lease,
              text: JSON.stringify([taken.run.input, written(calls)]),
            })
            return begun
          }),
        )
        return claimed as Awaited<ReturnType<typeof storage.claims.next<never>>>
      },
    },
  }
}

/** Tells the ear of a transaction, and what became of it; the last of several tries counts. */
async function heard<T>(
  ear: Ear,
  transact: (before: (commit: Commit) => void) => Promise<T>,
): Promise<T> {
  let open: Commit | undefined
  const end = () => {
    if (open) ear.undone(open)
    open = undefined
  }
  try {
    const result = await transact((commit) => {
      end()
      ear.before(commit)
      open = commit
    })
    if (open) ear.after(open)
    return result
  } catch (error) {
    end()
    throw error
  }
}

class TakenApart extends Error {}

function recorded(tx: Transaction, calls: Call[]): Transaction {
  return {
    agents: recordCalls('agents', tx.agents, calls),
    archives: recordCalls('archives', tx.archives, calls),
    blocks: recordCalls('blocks', tx.blocks, calls),
    conversations: recordCalls('conversations', tx.conversations, calls),
    files: recordCalls('files', tx.files, calls),
    messages: recordCalls('messages', tx.messages, calls),
    passages: recordCalls('passages', tx.passages, calls),
    pictures: recordCalls('pictures', tx.pictures, calls),
    runs: recordCalls('runs', tx.runs, calls),
    tools: recordCalls('tools', tx.tools, calls),
    jobs: recordCalls('jobs', tx.jobs, calls),
    groups: recordCalls('groups', tx.groups, calls),
    schedules: recordCalls('schedules', tx.schedules, calls),
    companions: recordCalls('companions', tx.companions, calls),
    sleeptime: recordCalls('sleeptime', tx.sleeptime, calls),
    tokenUse: recordCalls('tokenUse', tx.tokenUse, calls),
    vectors: recordCalls('vectors', tx.vectors, calls),
    hasChanged: tx.hasChanged,
  }
}

function recordCalls<T extends object>(port: string, target: T, calls: Call[]): T {
  return new Proxy(target, {
    get(object, name) {
      const method: unknown = Reflect.get(object, name)
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        const result: unknown = await Reflect.apply(method, object, args)
        calls.push({ name: `${port}.${String(name)}`, args, result })
        return result
      }
    },
  })
}

const WRITES =
  /^runs\.(insert|recordAnswer|finish|finishCall)|^messages\.append|^blocks\.update|^passages\.insert/

function written(calls: readonly Call[]): readonly unknown[] {
  return calls.filter(({ name }) => WRITES.test(name)).map(({ args }) => args)
}

function describe(calls: readonly Call[], known: CommitKind | undefined): Commit {
  const hold = calls.find(({ name }) => name === 'runs.hold')
  return {
    kinds: known ? [known] : heldKindsOf(calls),
    lease: hold?.args[0] as Lease | undefined,
    text: JSON.stringify(written(calls)),
  }
}

function heldKindsOf(calls: readonly Call[]): readonly CommitKind[] {
  const did = (name: string) => calls.some((call) => call.name === name && call.result !== false)
  if (did('runs.insert')) return ['accept']
  if (did('runs.requestCancel')) return ['cancel']
  if (!did('runs.hold')) return ['other']
  const kinds = kindsOf(calls)
  if (kinds.length > 0) return kinds
  return did('runs.release') ? ['give-back'] : ['renew']
}

/** In the order in which they are done. */
function kindsOf(calls: readonly Call[]): readonly CommitKind[] {
  const did = (name: string) => calls.some((call) => call.name === name && call.result !== false)
  const edited = did('blocks.update') || did('passages.insert')
  const ended = calls.find(({ name, result }) => name === 'runs.finish' && result !== false)
  const { status } = (ended?.args[1] ?? {}) as { readonly status?: string }
  const counted = did('runs.countAttempt') && !did('runs.release')
  const answered = argumentOf(calls, 'runs.recordAnswer', 1) as AnswerOfStep | undefined
  const madeCall = answered?.closedAt && answered.calls?.some(({ kind }) => kind === 'planned')
  const opened = argumentOf(calls, 'runs.openStep', 0) as { readonly number?: number } | undefined
  return [
    ...(did('runs.recordAnswer') ? (['answer'] as const) : []),
    ...(did('runs.startCall') ? (['start-call'] as const) : []),
    ...(did('runs.finishCall') || madeCall ? ([edited ? 'edit' : 'result'] as const) : []),
    ...(counted ? (['take-up'] as const) : []),
    ...(did('runs.postpone') ? (['postpone'] as const) : []),
    ...(opened ? ([opened.number === 1 ? 'open' : 'next'] as const) : []),
    ...(status === 'completed' ? (['complete'] as const) : []),
    ...(status === 'failed' ? (['fail'] as const) : []),
    ...(status === 'cancelled' ? (['cancelled'] as const) : []),
  ]
}

interface AnswerOfStep {
  /** Its calls are made in the same transaction. */
  readonly closedAt?: string
  readonly calls?: readonly { readonly kind: string }[]
}

function argumentOf(calls: readonly Call[], name: string, place: number): unknown {
  return calls.find((call) => call.name === name && call.result !== false)?.args[place]
}

/** Lets a run go on writing after it lost its lease. */
function withoutFence(tx: Transaction): Transaction {
  return {
    ...partsOf(tx),
    runs: {
      ...tx.runs,
      async hold(lease, expiresAt, run) {
        const found = await tx.runs.hold(lease, expiresAt, run)
        if (found) return found
        const [stored, agent] = [await tx.runs.get(run.id), await tx.agents.get(run.agentId)]
        return { run: stored, agent, hasChildren: true }
      },
    },
  }
}

function onlyTheEdit(tx: Transaction): Transaction {
  return {
    ...partsOf(tx),
    runs: {
      ...tx.runs,
      finishCall: async () => true,
      recordAnswer: async () => true,
      openStep: async () => {},
    },
    messages: { ...tx.messages, append: async () => {} },
    conversations: { ...tx.conversations, setContext: async () => {} },
  }
}

function onlyTheResult(tx: Transaction): Transaction {
  return {
    ...partsOf(tx),
    blocks: { ...tx.blocks, update: async (block, patch) => ({ ...block, ...patch }) },
    passages: {
      ...tx.passages,
      insert: async (passages) =>
        passages.map(({ id, createdAt }) => ({ id, createdAt, duplicate: false })),
    },
  }
}
