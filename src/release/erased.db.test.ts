// A bundle that is sealed after somebody was erased: what is gone is counted, with the entry that attests it, and never taken for damage.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, verifySealed } from '../../test/crew.ts'
import { RELEASE } from '../../test/house.ts'
import { aFact } from '../../test/ledger.ts'
import { formatReleaseName } from '../gates/index.ts'

test('a bundle shows which of its payloads were erased, and the verifier proves each from the entry that attests it', async () => {
  const { house, ann } = await aCrew(0)
  const { ledger, tenantId, sql, releases, operator, erasures } = house
  const subject = formatReleaseName(RELEASE)
  await ledger.append(tenantId, [aFact({ subject }), aFact({ subject })])
  await house.sign(ann, 'Manager')
  await releases.decide(tenantId, RELEASE)
  const [action] = erasures.actions
  const wish = await action!.open(operator, { subject, reason: 'asked' })
  await sql.transaction({ tenantId }, (tx) => wish.carryOut(tx, { previewedBy: 'p-1' }))
  const report = await verifySealed({ house })
  assert.deepEqual([report.verdict, report.findings], ['INTACT', []])
  const { entries, commitments, erased, undisclosed } = report.checked
  assert.deepEqual([entries - commitments, erased, undisclosed], [2, 2, 0])
  const said = `Of their payloads ${commitments} are intact, 2 erased as an entry attests, 0 not disclosed.`
  assert.ok(report.proven.includes(said), report.proven.join('\n'))
})
