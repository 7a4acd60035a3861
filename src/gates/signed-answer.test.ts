// Which gate a person's answer is bound to when a server tells one plan and shows another.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { planHashOf } from '../verdict/index.ts'
import { pinnedGate } from './signed-answer.ts'

test('an answer is bound to the gate that was shown, as the pinned plan has it, and to no other', () => {
  const shown = aGate({ id: 'crew', title: 'The crew was told' })
  const plan = aPlan([shown, aGate({ id: 'moon', title: 'The moon is up' })])
  const pin = { digest: nodeDigest, planHash: planHashOf(nodeDigest, plan) }
  assert.equal(pinnedGate(pin, plan, shown)?.title, 'The crew was told')
  const altered = aPlan([aGate({ id: 'crew', title: 'The moon is up' })])
  for (const [told, seen] of [
    // Shown otherwise than it is pinned, and the plan told as it is.
    [plan, aGate({ id: 'crew', title: 'The moon is up' })],
    [altered, shown],
    [altered, aGate({ id: 'crew', title: 'The moon is up' })],
    [plan, aGate({ id: 'nobody' })],
  ] as const)
    assert.equal(pinnedGate(pin, told, seen), undefined)
})
