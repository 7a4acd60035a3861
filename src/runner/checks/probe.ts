// Runs a built-in check of the runner, on another service or on files of the workspace, and keeps its record.
import { collectProvenance, ATTESTATION_CHECKS } from '../../attestation/index.ts'
import { canonicalBytes } from '../../kernel/index.ts'
import type { Json } from '../../kernel/index.ts'
import { findProbe } from '../../probe/index.ts'
import { substituteParameters } from '../../verdict/index.ts'
import type { BuiltinCapture, PlanGate } from '../../verdict/index.ts'
import { maskedReason, StreamTally, timeoutOf } from './collected.ts'
import type { CheckOf, CheckSite, Collected } from './collected.ts'
import { readWorkspaceFile } from './workspace-file.ts'

/** A check that cannot collect is an ERROR of the gate. When its time is over, all it has under way is ended. */
export async function collectProbe(
  gate: PlanGate,
  check: CheckOf<'builtin'>,
  site: CheckSite,
): Promise<Collected> {
  const { clock } = site.ports
  const collectedAtMs = clock.nowMs()
  const startedMs = clock.monotonicMs()
  const tally = new StreamTally(site.mask)
  const stop = new AbortController()
  const late = clock
    .sleep(timeoutOf(gate), stop.signal)
    .then(() => stop.abort(new Error(`it did not end within ${gate.timeoutMs} ms`)))
  late.catch(() => undefined)
  const finish = (error?: string): Collected => {
    stop.abort()
    const capture: BuiltinCapture = {
      kind: 'builtin',
      name: check.name,
      collectedAtMs,
      durationMs: Math.round(clock.monotonicMs() - startedMs),
      streams: tally.states,
      ...(error === undefined ? {} : { error }),
    }
    return { capture, streams: tally.streams, aborted: site.signal.aborted, notes: [] }
  }
  try {
    const signal = AbortSignal.any([stop.signal, site.signal])
    const record = await collectRecord(check, site, signal)
    signal.throwIfAborted()
    tally.add('record', 'application/json', canonicalBytes(record), false)
    return finish()
  } catch (thrown) {
    const cause = stop.signal.aborted ? stop.signal.reason : thrown
    return finish(maskedReason(site.mask, cause))
  }
}

function collectRecord(
  check: CheckOf<'builtin'>,
  site: CheckSite,
  signal: AbortSignal,
): Promise<Readonly<Record<string, Json>>> {
  const values = valuesOf(check, site)
  const probe = findProbe(check.name)
  if (probe !== undefined) return probe.collect(site.ports, { values, signal })
  if (!ATTESTATION_CHECKS.some(({ name }) => name === check.name))
    throw new Error(`this runner has no check ${check.name}`)
  const { releaseDigests } = site
  return collectProvenance({
    values,
    releaseDigests,
    readFile: (path, limitBytes) => readFileOf(site, path, limitBytes),
  })
}

async function readFileOf(site: CheckSite, path: string, limitBytes: number): Promise<Uint8Array> {
  const found = await readWorkspaceFile(path, site.workspace, limitBytes)
  if ('bytes' in found) return found.bytes
  throw new Error(
    `${path}: ${'error' in found ? found.error : 'there is no such file in the workspace'}`,
  )
}

function valuesOf(
  check: CheckOf<'builtin'>,
  site: CheckSite,
): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(
    Object.entries(check.with ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? substituteParameters(value, site.parameters) : value,
    ]),
  )
}
