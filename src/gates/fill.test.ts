// The filled copy of a checklist: what was earned stands in it, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { utf8Bytes, utf8Text } from '../kernel/index.ts'
import { settleRun } from '../verdict/index.ts'
import type { GateResult, StoredStatus } from '../verdict/index.ts'
import { fillChecklist } from './fill.ts'
import { importChecklist } from './import.ts'
import { proposePlan } from './proposal.ts'

const TEXT = `# Lantern 2.1.0

- [x] **Earned**
  - **Used:** \`____%\` (≤95)
  - **Result:** ok ✅❌
- [x] **Not earned**
- [ ] **Open**

| Role | Name | Status | Timestamp |
| ---- | ---- | ------ | --------- |
| SRE  | _[Name]_ | ✅❌ | \`____\` |
`

function filledWith(
  statuses: Readonly<Record<string, StoredStatus>>,
  slots: Readonly<Record<string, string>>,
): string {
  const original = utf8Bytes(TEXT)
  const plan = proposePlan(importChecklist(original, 'lantern.md', nodeDigest), {
    service: 'lantern',
    version: '2.1.0',
    environment: 'staging',
  })
  const results = settleRun(nodeDigest, plan, { parameters: {}, confirmed: [] }, new Map()).map(
    (result): GateResult => ({
      ...result,
      status: statuses[result.gate] ?? result.status,
      slots: result.gate === 'earned' ? slots : {},
      toggles: result.gate === 'earned' ? { 'result-ok': true } : {},
    }),
  )
  return utf8Text(fillChecklist(nodeDigest, original, { plan, results, signOffs: [], names: {} }))
}

test('a box is ticked exactly when its gate is satisfied, whatever the author ticked', () => {
  const filled = filledWith({ earned: 'PASS', 'not-earned': 'FAIL' }, { used: '25' })
  assert.match(filled, /- \[x\] \*\*Earned/)
  assert.match(filled, /- \[ \] \*\*Not earned/)
  assert.match(filled, /- \[ \] \*\*Open/)
})

test('a value that brings its unit does not stand there with two', () => {
  assert.match(filledWith({ earned: 'PASS' }, { used: '25%' }), /`25%` \(≤95\)/)
  assert.match(filledWith({ earned: 'PASS' }, { used: '25 %' }), /`25%` \(≤95\)/)
  assert.match(filledWith({ earned: 'PASS' }, { used: '25' }), /`25%` \(≤95\)/)
})

test('without results nothing but unearned ticks changes', () => {
  const filled = filledWith({}, {})
  assert.equal(filled, TEXT.replaceAll('- [x]', '- [ ]').replace('ok ✅❌', 'ok ✅'))
})
