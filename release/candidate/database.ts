// Writes for two tenants at once and reads at once: each sees all of its own, in order, and nothing of the other, whichever connection it got.
import { candidateUrl, expect, makeKey, mark, must, ownKey, tell } from './asking.ts'

const PAIR_COUNT = 30

const other = { 'x-seaworthy-tenant': `certify-${mark}` }
const keys = [await makeKey('developer'), await makeKey('developer', other)]
const subject = `database ${mark}`

interface Entry {
  readonly seq: number
  readonly body: { readonly actor: string }
}

async function listed(key: string): Promise<readonly Entry[]> {
  const path = `/v1/ledger/entries?subject=${encodeURIComponent(subject)}&limit=1000`
  const { entries } = await must<{ entries: readonly Entry[] }>('GET', path, undefined, { key })
  return entries
}

/** One note, and a read that begins when it is acknowledged. */
async function writeAndRead(whose: number, index: number): Promise<void> {
  const { key } = keys[whose]!
  const note = { subject, payload: index }
  const { seq } = await must<{ seq: number }>('POST', '/v1/ledger/entries', note, { key })
  const isThere = (await listed(key)).some((each) => each.seq === seq)
  expect(isThere, `what was acknowledged is not there: ${seq}`)
}

await Promise.all(
  Array.from({ length: PAIR_COUNT }, (_, index) =>
    Promise.all([writeAndRead(0, index), writeAndRead(1, index)]),
  ),
)
let strangerCount = 0
for (const { key, id } of keys) {
  const seen = await listed(key)
  strangerCount += seen.filter(({ body }) => body.actor !== `key-${id}`).length
  const ownCount = new Set(
    seen.filter(({ body }) => body.actor === `key-${id}`).map(({ seq }) => seq),
  ).size
  expect(ownCount === PAIR_COUNT, `expected ${PAIR_COUNT} own entries, got ${ownCount}`)
}
const metrics = await fetch(new URL('/metrics', candidateUrl), {
  headers: { authorization: `Bearer ${ownKey}` },
})
const up = /^seaworthy_database_up (\d)$/m.exec(await metrics.text())?.[1]
expect(up === '1', `the database is said to be ${up ?? 'nothing'}`)
await must('POST', `/v1/api-keys/${keys[0]!.id}/revocation`, { reason: 'certified' })
tell({ 'Written and read at once': PAIR_COUNT * 2, 'Seen of another tenant': strangerCount })
