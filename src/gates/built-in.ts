// One attempt at a built-in check inside the control plane: intent, collection, signature, record.
import { canonicalBytes, messageOf } from '../kernel/index.ts'
import type { BuiltinCheck, ContentDigest, Json } from '../kernel/index.ts'
import type { BuiltinCapture, Check, PlanGate } from '../verdict/index.ts'
import { gatesFault } from './errors.ts'
import { sealGateRun } from './gate-run-seal.ts'
import type { CollectedStream } from './gate-run-seal.ts'
import type { GateIntent, PerformedBuiltin, RunContext } from './run-model.ts'
import { recordGateRun, recordIntent } from './run-record.ts'
import { readFixedRun } from './run-view.ts'

/** Largest record of a check, in bytes of canonical JSON. */
const RECORD_LIMIT_BYTES = 1024 * 1024
/** Longest reason kept of a check that could not collect, in characters. */
const ERROR_LIMIT_CHARACTERS = 500

/**
 * Runs one attempt of a built-in check: intent, collection, statement under the control plane's key, record. A check
 * that cannot collect is an ERROR of the gate, not of the run.
 */
export async function performBuiltin(
  context: RunContext,
  tenantId: string,
  actor: string,
  intent: GateIntent,
): Promise<PerformedBuiltin> {
  const run = await readFixedRun(context, tenantId, intent.runId)
  const plan = await context.plans.readPinned(tenantId, run.planHash)
  const gate = plan.gates.find(({ id }) => id === intent.gate)
  const check = gate?.check
  if (gate === undefined || check?.type !== 'builtin' || check.on !== undefined) {
    throw gatesFault(
      'GATES_GATE_UNKNOWN',
      `expected a gate with a check of the control plane, got ${JSON.stringify(intent.gate.slice(0, 200))}`,
    )
  }
  await recordIntent(context, tenantId, actor, intent)
  const { clock, digest, evidence, controlPlane } = context.ports
  const startedAtMs = clock.nowMs()
  const collected = await collectBuiltin(context, tenantId, intent.runId, run.planHash, gate)
  const sealed = await sealGateRun(
    {
      runId: run.runId,
      planHash: run.planHash,
      subject: run.subject,
      runner: { id: controlPlane.id, version: controlPlane.version },
      signer: controlPlane.signer,
      digest,
    },
    {
      gate,
      attempt: intent.attempt,
      startedAtMs,
      finishedAtMs: Math.max(startedAtMs, clock.nowMs()),
      ...collected,
    },
  )
  for (const blob of sealed.blobs) await evidence.keep(tenantId, blob.digest, blob.bytes)
  const judgement = await recordGateRun(
    context,
    { id: context.ports.controlPlane.id, tenantId },
    run.runId,
    sealed.statement,
  )
  return { ...judgement, statement: sealed.statementId }
}

async function collectBuiltin(
  context: RunContext,
  tenantId: string,
  runId: string,
  planHash: ContentDigest,
  gate: PlanGate & { readonly check: Check },
): Promise<{ readonly capture: BuiltinCapture; readonly streams: readonly CollectedStream[] }> {
  const { clock, checks } = context.ports
  const { check } = gate
  const name = check.type === 'builtin' ? check.name : ''
  const collectedAtMs = clock.nowMs()
  const startedMs = clock.monotonicMs()
  const facts = (): Pick<BuiltinCapture, 'kind' | 'name' | 'collectedAtMs' | 'durationMs'> => ({
    kind: 'builtin',
    name,
    collectedAtMs,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
  })
  try {
    const found = checks.find((each) => each.name === name)
    if (found === undefined) throw new Error('nobody brings this check any more')
    const parameters = (check.type === 'builtin' ? check.with : undefined) ?? {}
    const record = await withinTime(context, gate.timeoutMs, found, {
      tenantId,
      runId,
      planHash,
      parameters,
    })
    const bytes = canonicalBytes(record)
    if (bytes.length > RECORD_LIMIT_BYTES)
      throw new Error(`the record takes ${bytes.length} bytes, more than ${RECORD_LIMIT_BYTES}`)
    return {
      capture: { ...facts(), streams: { record: { truncated: false, maskedCount: 0 } } },
      streams: [{ name: 'record', bytes, mediaType: 'application/json' }],
    }
  } catch (thrown) {
    const error = messageOf(thrown).slice(0, ERROR_LIMIT_CHARACTERS).toWellFormed()
    return { capture: { ...facts(), error, streams: {} }, streams: [] }
  }
}

/** What goes on after the time is over is left to itself: a check only reads. */
async function withinTime(
  context: RunContext,
  timeoutMs: number,
  check: BuiltinCheck,
  question: Parameters<BuiltinCheck['collect']>[0],
): Promise<Readonly<Record<string, Json>>> {
  const stop = new AbortController()
  const late = context.ports.clock.sleep(timeoutMs, stop.signal).then(() => {
    throw new Error(`it did not end within ${timeoutMs} ms`)
  })
  try {
    return await Promise.race([check.collect(question), late])
  } finally {
    late.catch(() => undefined)
    stop.abort()
  }
}
