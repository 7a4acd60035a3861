// A runner that waits outlasts whatever stands before a server that is away, and ends where its key is refused.
import assert from 'node:assert/strict'
import test from 'node:test'
import { testSigner } from '../../../test/crypto.ts'
import { systemPorts } from '../../../test/runner.ts'
import type { CommandContext } from '../../client/index.ts'
import { SeaworthyError } from '../../kernel/index.ts'
import { waitForRequests } from './waiting.ts'
import type { WaitingRunner } from './waiting.ts'

/** Waits where every request is answered so, until it has asked three times; @returns what became of it */
async function outcomeOf(answer: Error): Promise<string> {
  const stop = new AbortController()
  let askedCount = 0
  const client = {
    call: () => {
      if (++askedCount === 3) stop.abort()
      return Promise.reject(answer)
    },
  }
  const clock = { ...systemPorts.clock, sleep: () => Promise.resolve() }
  const context: Partial<Record<keyof CommandContext, unknown>> = {
    client,
    ports: { ...systemPorts, clock },
    process: { machine: 'pier' },
    signal: stop.signal,
  }
  const waiting: Partial<Record<keyof WaitingRunner, unknown>> = {
    context,
    runner: { principal: { id: 'runner-1' }, key: { signer: testSigner('ecdsa-p256-sha256') } },
    terms: { offer: { services: null, environments: ['staging'], labels: [] } },
    tell: () => undefined,
  }
  return waitForRequests(waiting as WaitingRunner).then(
    () => `asked ${askedCount} times`,
    (error: Error & { code?: string }) => `ended by ${error.code} after ${askedCount}`,
  )
}

test('a page of a proxy that forbids does not end the waiting, a refusal of the key does', async () => {
  const row = { status: 403, exit: 5, title: 'refused', hint: 'none' } as const
  const page = new SeaworthyError('CLIENT_ANSWER_FOREIGN', row, 'text/html')
  assert.equal(await outcomeOf(page), 'asked 3 times')
  const refused = new SeaworthyError('IDENTITY_REVOKED', row, 'revoked')
  assert.equal(await outcomeOf(refused), 'ended by IDENTITY_REVOKED after 1')
})
