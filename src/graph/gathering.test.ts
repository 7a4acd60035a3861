// What gathering releases costs: in points, in turns, and nothing any more once its execution has ended.
import assert from 'node:assert/strict'
import test from 'node:test'
import { fakeClock } from '../../test/clock.ts'
import type { FakeClock } from '../../test/clock.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { BOARD_DOCUMENTS } from './board-documents.ts'
import { makeGraphEngine } from './index.ts'
import type { GraphEngine } from './index.ts'
import type { GraphPorts } from './model.ts'
import type { ReleaseReview } from '../release/index.ts'

const ignore = (): undefined => undefined

interface Slow {
  readonly engine: GraphEngine
  readonly clock: FakeClock
  begunCount: number
  mostAtOnce: number
}

/** Every release takes as long to be gathered, and is none, or has as many gates. */
function openSlow(reviewMs: number, gateCount?: number): Slow {
  const clock = fakeClock(0)
  let count = 0
  const nothing = new SeaworthyError(
    'NOTHING',
    { status: 404, exit: 6, title: 'Nothing', hint: 'None' },
    'nothing',
  )
  const ports: GraphPorts = {
    clock,
    digest: nodeDigest,
    log: { info: ignore, warn: ignore, error: ignore },
    evidence: {} as GraphPorts['evidence'],
    identity: {} as GraphPorts['identity'],
    ledger: {} as GraphPorts['ledger'],
    runs: {} as GraphPorts['runs'],
    releases: {
      async review() {
        slow.begunCount += 1
        slow.mostAtOnce = Math.max(slow.mostAtOnce, ++count)
        if (reviewMs > 0) await clock.sleep(reviewMs)
        count -= 1
        if (gateCount === undefined) throw nothing
        return aReview(gateCount)
      },
    },
  }
  const slow: Slow = { engine: makeGraphEngine(ports), clock, begunCount: 0, mostAtOnce: 0 }
  return slow
}

/** As much of a review as is looked at here. */
function aReview(gateCount: number): ReleaseReview {
  const gates = Array.from({ length: gateCount }, (_, nth) => aGate({ id: `gate-${nth}` }))
  const review = {
    plan: aPlan(gates),
    results: [],
    verdict: { value: 'NO_GO', raw: 'NO_GO', asOfMs: 0, expiresAtMs: null, reasons: [] },
    subject: { environment: 'production' },
  } as Partial<Record<keyof ReleaseReview, unknown>>
  return review as Partial<ReleaseReview> as ReleaseReview
}

function ask({ engine }: Slow, query: string, tenantId = 'local'): Promise<string> {
  return engine.answer({ id: 'viewer', tenantId }, { query }).then(
    () => 'answered',
    (error: unknown) => (error instanceof SeaworthyError ? error.code : String(error)),
  )
}

const releasesOf = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, nth) => `r${nth}: release(service: "s", version: "${nth}") { service }`).join(' ')} }`

/** Lets what is ready go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('two releases are gathered at a time, and none once the execution has ended', async () => {
  const slow = openSlow(1_000)
  // The library is loaded by the first.
  assert.equal(await ask(slow, '{ __typename }'), 'answered')
  const asked = ask(slow, releasesOf(20))
  for (let second = 0; second < 8; second++) {
    await settle()
    slow.clock.advance(1_000)
  }
  assert.equal(await asked, 'GRAPH_QUERY_REFUSED')
  assert.equal(slow.mostAtOnce, 2)
  assert.ok(slow.begunCount <= 12, `${slow.begunCount} were begun in the five seconds that it had`)
})

test('eight queries of a tenant are answered at once, and those of another are none of them', async () => {
  const slow = openSlow(100)
  assert.equal(await ask(slow, '{ __typename }'), 'answered')
  const asked = Array.from({ length: 8 }, () => ask(slow, releasesOf(1)))
  await settle()
  assert.equal(await ask(slow, releasesOf(1)), 'GRAPH_BUSY')
  const other = ask(slow, releasesOf(1), 'other')
  for (let second = 0; second < 6; second++) {
    await settle()
    slow.clock.advance(100)
  }
  const answers = await Promise.all([...asked, other])
  assert.deepEqual(
    answers,
    answers.map(() => 'answered'),
  )
  assert.equal(await ask(slow, '{ __typename }'), 'answered')
})

test('a query that gathers a hundred releases is refused before it begins, and what the board asks is not', async () => {
  const slow = openSlow(100)
  for (const nodes of [
    'verdict { value }',
    'runId',
    'gates(first: 1) { totalCount }',
    'sections { title }',
  ])
    assert.equal(
      await ask(slow, `{ releases(first: 100) { nodes { ${nodes} } } }`),
      'GRAPH_QUERY_REFUSED',
    )
  assert.equal(slow.begunCount, 0)
  const variables = { service: 's', version: '1', section: 'Part' }
  for (const query of Object.values(BOARD_DOCUMENTS)) {
    const asked = slow.engine.answer({ id: 'viewer', tenantId: 'local' }, { query, variables })
    await settle()
    slow.clock.advance(100)
    await asked
  }
})

test('what a release costs depends on its gates, so that many small ones may be asked for and few large ones', async () => {
  const answered = async (gateCount: number): Promise<number> => {
    const slow = openSlow(0, gateCount)
    let count = 0
    while ((await ask(slow, releasesOf(1))) === 'answered') count += 1
    assert.equal(await ask(slow, releasesOf(1)), 'GRAPH_POINTS_SPENT')
    return count
  }
  const [small, large] = [await answered(50), await answered(1_000)]
  assert.ok(small > 4 * large, `${small} of 50 gates, ${large} of 1,000`)
  assert.equal(await ask(openSlow(0, 50), releasesOf(20)), 'answered')
})

test('a query whose releases turn out to have too many gates is refused as a whole, with cost and limit, and gathers no further', async () => {
  const slow = openSlow(0, 1_000)
  const asked = slow.engine.answer({ id: 'viewer', tenantId: 'local' }, { query: releasesOf(20) })
  const refusal: unknown = await asked.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(refusal instanceof SeaworthyError)
  const { reason, cost, limit } = refusal.details
  assert.deepEqual([refusal.code, reason, limit], ['GRAPH_QUERY_REFUSED', 'cost', 10_000])
  assert.ok(Number(cost) > 10_000 && Number(cost) < 11_000, String(cost))
  assert.ok(slow.begunCount < 20, `${slow.begunCount} were gathered`)
})

test('what the board asks of a release of ten thousand gates is paid for', async () => {
  const slow = openSlow(0, 10_000)
  const variables = { service: 's', version: '1', section: 'Part' }
  for (const query of Object.values(BOARD_DOCUMENTS))
    await slow.engine.answer({ id: 'viewer', tenantId: 'local' }, { query, variables })
  assert.equal(slow.begunCount, 2)
})
