// How much evidence one attempt may name: all of it is read at once, and naming costs a runner next to nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import { canonicalBytes } from '../kernel/index.ts'
import { buildStatement, sealStatement, subjectsOf } from '../proof/index.ts'
import { definitionHashOf } from '../verdict/index.ts'

const PLAN = aPlan([aGate({ id: 'tests' })], {
  service: RELEASE.service,
  version: RELEASE.version,
  environment: 'staging',
  signOffs: [],
})
const CAPTURE = {
  kind: 'command',
  exitCode: 0,
  signal: null,
  timedOut: false,
  steps: [],
  durationMs: 1,
  streams: {},
}

test('evidence that names the same bytes again and again is refused before any of it is read', async () => {
  const house = await openHouse()
  const { tenantId, evidence: kept } = house
  const runner = await house.person('ci', [], 'runner')
  const { run, plan } = await startPlan(house, PLAN)
  const [gate] = plan.gates
  assert.ok(gate !== undefined)
  const capture = canonicalBytes(CAPTURE)
  const large = new Uint8Array(4 * 1024 * 1024)
  const digests = {
    capture: await kept.keepBytes(tenantId, capture),
    large: await kept.keepBytes(tenantId, large),
  }
  const mediaType = 'application/octet-stream'
  const at = new Date(house.clock.nowMs()).toISOString()
  await house.runs.intend(tenantId, 'operator', { runId: run.runId, gate: gate.id, attempt: 1 })
  let readCount = 0
  const get = house.blobs.get.bind(house.blobs)
  house.blobs.get = (key) => {
    readCount++
    return get(key)
  }
  const submit = async (count: number, of: 'capture' | 'large'): Promise<string> => {
    const sizeBytes = of === 'large' ? large.length : capture.length
    const more = Array.from({ length: count }, (_, index) => ({
      name: `more-${index}`,
      mediaType,
      digest: digests[of],
      sizeBytes,
    }))
    const named = {
      name: 'capture',
      mediaType,
      digest: digests.capture,
      sizeBytes: capture.length,
    }
    const statement = buildStatement('gate-run', subjectsOf(run.subject), {
      run: run.runId,
      gate: gate.id,
      attempt: 1,
      definition: definitionHashOf(nodeDigest, gate),
      plan: run.planHash,
      environment: plan.environment,
      runner: { id: runner.principal.id, version: '0.0.0' },
      startedAt: at,
      finishedAt: at,
      evidence: [named, ...more],
    })
    const sealed = await sealStatement(nodeDigest, runner.signer, statement)
    return house.runs.record(house.operator, run.runId, sealed.bytes).then(
      ({ status }) => status,
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    )
  }
  assert.match(await submit(1_000, 'capture'), /^GATES_STATEMENT_REFUSED: .* 1000 pieces .* 1001$/)
  assert.match(await submit(32, 'large'), /^GATES_STATEMENT_REFUSED: .* 134217728 bytes /)
  assert.equal(readCount, 0)
  assert.equal(await submit(3, 'large'), 'PASS')
  assert.ok(readCount > 0, 'what is read is counted')
})
