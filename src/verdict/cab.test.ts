// A board's outcome counts by the people who attended and signed it, never by its name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MS, NOON_MS, aGate, aPlan, inputsFor } from '../../test/decisions.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { decide } from './decide.ts'
import { RULES_EDITION } from './edition.ts'
import { parseDecisionInputs } from './inputs-parse.ts'
import type { DecisionInputs } from './model.ts'
import type { CabOutcome, CabRecord, DecisionPolicy } from './people-model.ts'

const PLAN = aPlan([aGate({ id: 'a' })])

function aRecord(outcome: CabOutcome, signers: readonly string[], fields = {}): CabRecord {
  return {
    id: 'CAB1',
    heldAtMs: NOON_MS - 1,
    attendees: ['ann', 'ben', 'cy'],
    items: [{ about: 'harbour', outcome }],
    recordedBy: 'rita',
    signers: signers.map((principal) => ({ principal, roles: ['CAB'] })),
    ...fields,
  }
}

function rulesWith(
  cab: readonly CabRecord[],
  policy: Partial<DecisionPolicy> = { cabQuorum: 2 },
  fields: Partial<DecisionInputs> = {},
): string {
  const plain = inputsFor(PLAN)
  const rules = { edition: RULES_EDITION, policy: { ...plain.policy, ...policy } }
  const inputs = { ...plain, cab, ...rules, ...fields }
  const { value, reasons } = decide(nodeDigest, PLAN, parseDecisionInputs(inputs))
  return [value, ...reasons.map(({ rule }) => rule)].join(' ')
}

test('an approval counts once the quorum of distinct people who attended has signed it', () => {
  const rows: readonly (readonly [signers: readonly string[], said: string])[] = [
    [[], 'NOT_READY 7.6-cab'],
    [['ann'], 'NOT_READY 7.6-cab'],
    [['ann', 'ann'], 'NOT_READY 7.6-cab'],
    [['ann', 'rita'], 'NOT_READY 7.6-cab'],
    [['ann', 'ada'], 'NOT_READY 7.6-cab'],
    [['ann', 'ben'], 'GO'],
  ]
  for (const [signers, said] of rows)
    assert.equal(rulesWith([aRecord('approved', signers)]), said, signers.join())
  assert.equal(rulesWith([]), 'NOT_READY 7.6-cab')
  assert.equal(rulesWith([], {}), 'GO', 'no policy asks for a board')
  // Ada wrote the change.
  const withAuthor = aRecord('approved', ['ann', 'ada'], { attendees: ['ann', 'ada'] })
  assert.equal(rulesWith([withAuthor]), 'NOT_READY 7.6-cab')
})

test('with a role of the board only those who hold it count, and the plain group name is nobody', () => {
  const stranger = { ...aRecord('approved', ['ann']) }
  const signers = [...stranger.signers, { principal: 'ben', roles: ['SRE'] }]
  assert.equal(rulesWith([{ ...stranger, signers }], { cabRole: 'CAB' }), 'NOT_READY 7.6-cab')
  const group = aRecord('approved', ['CAB', 'CAB'], { attendees: ['CAB'] })
  assert.equal(rulesWith([group]), 'NOT_READY 7.6-cab')
})

test('one who attended stops a release, and only a later outcome that counts lets it go again', () => {
  const rejected = aRecord('rejected', ['ann'])
  const again = (signers: readonly string[]): CabRecord =>
    aRecord('approved', signers, { id: 'CAB2' })
  assert.equal(rulesWith([rejected], {}), 'NO_GO 7.5-cab')
  const old = decide(nodeDigest, PLAN, { ...inputsFor(PLAN), cab: [rejected] })
  assert.equal(old.value, 'GO', 'in the first edition it did not count')
  assert.equal(rulesWith([aRecord('rejected', ['rita'])], {}), 'GO', 'rita did not attend')
  assert.equal(rulesWith([rejected, again(['ben'])], {}), 'NO_GO 7.5-cab')
  assert.equal(rulesWith([rejected, again(['ben', 'cy'])], {}), 'GO')
  assert.equal(rulesWith([aRecord('deferred', ['ann'])], {}), 'NOT_READY 7.6-cab')
  const mixed = aRecord('approved', ['ann', 'ben'], {
    items: [
      { about: 'harbour', outcome: 'approved' },
      { about: 'the migration', outcome: 'rejected', note: 'no way back' },
    ],
  })
  assert.equal(rulesWith([mixed]), 'NO_GO 7.5-cab')
  const future = aRecord('approved', ['ann', 'ben'], { heldAtMs: NOON_MS + DAY_MS })
  assert.equal(rulesWith([future]), 'NOT_READY 7.6-cab')
})

test('an approval on conditions rests on them: one that is withdrawn takes it away', () => {
  const items = [
    { about: 'harbour', outcome: 'approved-with-conditions' as const, conditions: ['C1'] },
  ]
  const record = aRecord('approved', ['ann', 'ben'], { items })
  const condition = {
    id: 'C1',
    text: 'limits tuned',
    gate: 'a',
    owner: 'ben',
    dueAtMs: NOON_MS + DAY_MS,
    onMiss: 'NO_GO' as const,
    blocks: 'deploy' as const,
  }
  assert.equal(rulesWith([record], {}, { conditions: [condition] }), 'GO')
  const withdrawn = { conditions: [{ ...condition, withdrawn: true }] }
  assert.equal(rulesWith([record], {}, withdrawn), 'NOT_READY 7.6-cab')
})

test('an outcome that is changed, moved or left out changes the decision hash', () => {
  const plain = inputsFor(PLAN)
  const first = aRecord('approved', ['ann', 'ben'])
  const second = aRecord('approved', ['ann', 'cy'], { id: 'CAB2' })
  const hashes = [[], [first], [first, second], [second, first], [{ ...first, heldAtMs: 1 }]].map(
    (cab) => decide(nodeDigest, PLAN, { ...plain, cab }).decisionHash,
  )
  assert.equal(new Set(hashes).size, hashes.length)
})
