// Uses a key of the candidate until its server remembers it, revokes it, and measures how long it still opens anything.
import { ask, expect, makeKey, must, tell, until } from './asking.ts'

const made = await makeKey('developer')
for (let count = 0; count < 3; count += 1)
  await must('GET', '/v1/runs', undefined, { key: made.key })
await must('POST', `/v1/api-keys/${made.id}/revocation`, { reason: 'certified' })
const revokedMs = performance.now()
await until('a refusal of the revoked key', async () => {
  const { status } = await ask('GET', '/v1/runs', undefined, { key: made.key })
  expect(status === 200 || status === 401, `expected 401 in the end, got ${status}`)
  return status === 401 ? status : undefined
})
const refusedMs = Math.round(performance.now() - revokedMs)
const still = await ask('GET', '/v1/runs', undefined, { key: made.key })
expect(still.status === 401, `it opens again: ${still.status}`)
tell({ 'Keys revoked': 1, 'Refused after': refusedMs })
