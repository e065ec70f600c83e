import { afterEach, beforeEach, describe } from 'vitest'
import type { TestStorage } from '../support/own-database.ts'
import { agentContract } from './contract/agents.ts'
import { approvalContract } from './contract/approvals.ts'
import { archiveContract } from './contract/archives.ts'
import { askContract } from './contract/asks.ts'
import { blockHistoryContract } from './contract/block-history.ts'
import { blockContract } from './contract/blocks.ts'
import { changeContract } from './contract/changes.ts'
import { claimContract } from './contract/claims.ts'
import { contextContract } from './contract/context.ts'
import { conversationContract } from './contract/conversations.ts'
import { countContract } from './contract/counts.ts'
import { fileContract } from './contract/files.ts'
import { jobContract } from './contract/jobs.ts'
import { leaseContract } from './contract/leases.ts'
import { messageContract } from './contract/messages.ts'
import { namespaceContract } from './contract/namespaces.ts'
import { neverWaitingContract } from './contract/never-waiting.ts'
import { passageContract } from './contract/passages.ts'
import { pastContract } from './contract/past.ts'
import { pictureContract } from './contract/pictures.ts'
import { runContract } from './contract/runs.ts'
import { stepContract } from './contract/steps.ts'
import type { Subject } from './contract/subject.ts'
import { toolContract } from './contract/tools.ts'
import { transactionContract } from './contract/transactions.ts'
import { transferContract } from './contract/transfers.ts'
import { turnContract } from './contract/turns.ts'
import { vectorBatchContract } from './contract/vector-batches.ts'
import { vectorWriterContract } from './contract/vector-writers.ts'
import { vectorContract } from './contract/vectors.ts'
import { walkContract } from './contract/walks.ts'
import { wordContract } from './contract/words.ts'
import { writerContract } from './contract/writers.ts'

/** The contract of every driver of the port. `open` returns a new empty database each time. */
export function storageContract(
  name: string,
  open: () => Promise<TestStorage>,
  { isWithinProcess = false, hasOneSession = false } = {},
): void {
  describe(`${name} keeps the contract of storage:`, () => {
    let opened: TestStorage
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())
    const subject: Subject = {
      hasOneSession,
      get storage() {
        return opened.storage
      },
      get store() {
        return opened.storage.in('default')
      },
    }

    describe('agents', () => agentContract(subject))
    describe('contexts', () => contextContract(subject))
    describe('conversations', () => conversationContract(subject))
    describe('blocks', () => blockContract(subject))
    describe('block history', () => blockHistoryContract(subject))
    describe('messages', () => messageContract(subject))
    describe('passages', () => passageContract(subject))
    describe('the past', () => pastContract(subject))
    describe('files', () => fileContract(subject))
    describe('pictures', () => pictureContract(subject))
    describe('archives', () => archiveContract(subject))
    describe('tools', () => toolContract(subject))
    describe('transfers', () => transferContract(subject))
    describe('words', () => wordContract(subject))
    describe('vectors', () => vectorContract(subject))
    describe('batches of vectors', () => vectorBatchContract(subject))
    describe('walks', () => walkContract(subject))
    describe('runs', () => runContract(subject))
    describe('steps', () => stepContract(subject))
    describe('turns', () => turnContract(subject))
    describe('approvals', () => approvalContract(subject))
    describe('asks of clients', () => askContract(subject))
    describe('counts and lists', () => countContract(subject))
    describe('claims', () => claimContract(subject))
    describe('leases', () => leaseContract(subject))
    describe('jobs', () => jobContract(subject))
    describe('transactions', () => transactionContract(subject))
    if (isWithinProcess) describe('waiting', () => neverWaitingContract(subject))
    if (!hasOneSession) {
      describe('several at once', () => writerContract(subject))
      describe('several at once, with vectors', () => vectorWriterContract(subject))
    }
    describe('changes', () => changeContract(subject))
    describe('namespaces', () => namespaceContract(subject))
  })
}
