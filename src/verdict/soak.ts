// Judges a gate that has to hold over a whole window: each sample for itself, then whether they cover the window.
import type { Ruling } from './breakage.ts'
import type { SoakCapture } from './capture-model.ts'
import type { AttemptTimes, Capture, EvidenceBytes, Judgement } from './model.ts'
import type { PlanGate, Soak } from './plan-model.ts'
import { shownText } from './shown-text.ts'
import { readSoakSamples } from './soak-samples.ts'
import type { SampleTime, SoakSample } from './soak-samples.ts'
import { isSatisfied, worstStatus } from './status.ts'

/** Steps without a sample that are no gap yet, unless the plan says how long a gap may be. */
const GAP_STEPS = 2.5
/** Wall clock and steady clock may drift apart by this much between two samples; more is a clock that was set. */
const CLOCK_STEP_LIMIT_MS = 2_000
/** Samples and the statement around them come from one clock; this is rounding. */
const ROUNDING_MS = 1_000

/** How long the samples have observed without interruption, up to the last one. */
export interface SoakCoverage {
  readonly coveredMs: number
  /** Interruptions: a gap, a machine that slept, a clock that was set. After each the window begins anew. */
  readonly breakCount: number
}

/** Only an unbroken stretch counts, measured by whichever clock shows less. */
export function soakCoverage(soak: Soak, times: readonly SampleTime[]): SoakCoverage {
  const maxGapMs = soak.maxGapMs ?? soak.everyMs * GAP_STEPS
  let coveredMs = 0
  let breakCount = 0
  for (const [index, time] of times.entries()) {
    const before = times[index - 1]
    if (before === undefined) continue
    const wallMs = time.atMs - before.atMs
    const steadyMs = time.steadyMs - before.steadyMs
    const isUnbroken =
      wallMs > 0 &&
      steadyMs > 0 &&
      Math.max(wallMs, steadyMs) <= maxGapMs &&
      Math.abs(wallMs - steadyMs) <= CLOCK_STEP_LIMIT_MS
    coveredMs = isUnbroken ? coveredMs + Math.min(wallMs, steadyMs) : 0
    if (!isUnbroken) breakCount++
  }
  return { coveredMs, breakCount }
}

/** The gate as one sample of its soak is judged: what it asserts over a window, the samples together show. */
export function sampleGateOf(gate: PlanGate): PlanGate {
  const { soak: _soak, ...rest } = gate
  const isRanged = gate.check.type === 'promql' && gate.check.range !== undefined
  if (isRanged) return rest
  return {
    ...rest,
    assertions: gate.assertions.map(({ windowMs: _window, maxGapMs: _gap, ...each }) => each),
  }
}

/** Whether so many failed samples are more than the plan allows of so many. */
export function exceedsAllowance(soak: Soak, failedCount: number, sampleCount: number): boolean {
  return failedCount > (soak.allowedFailureShare ?? 0) * sampleCount
}

/** Samples that a soak without interruption takes. */
export function plannedSamples(soak: Soak): number {
  return Math.floor(soak.forMs / soak.everyMs) + 1
}

type JudgeSample = (gate: PlanGate, capture: Capture, streams: EvidenceBytes) => Judgement

/** The judgement over all samples. A failed sample counts wherever it lies: interruptions wash nothing away. */
export function judgeSoak(
  gate: PlanGate & { readonly soak: Soak },
  capture: SoakCapture,
  evidence: EvidenceBytes,
  times: AttemptTimes | undefined,
  judgeSample: JudgeSample,
): Judgement {
  const ruled = (ruling: Ruling): Judgement => ({
    ...ruling,
    assertions: [],
    slots: {},
    toggles: {},
  })
  if (capture.streams['samples']?.truncated === true)
    return ruled({ status: 'INCONCLUSIVE', reason: 'the samples were cut at their size limit' })
  const samples = readSoakSamples(evidence['samples'] ?? new Uint8Array())
  const problem = typeof samples === 'string' ? samples : timeProblem(samples, capture, times)
  if (typeof samples === 'string' || problem !== undefined)
    return ruled({ status: 'ERROR', reason: shownText(`the samples cannot be used: ${problem}`) })
  const inner = sampleGateOf(gate)
  const judged = samples.map((sample) => judgeSample(inner, sample.capture, sample.streams))
  const failed = judged.filter(({ status }) => !isSatisfied(status))
  const worst = judged.find(
    ({ status }) => status === worstStatus(judged.map((each) => each.status)),
  )
  const last = judged.at(-1)
  if (worst === undefined || last === undefined)
    return ruled({ status: 'INCONCLUSIVE', reason: 'no sample was taken' })
  const ruling = ruleSoak(gate.soak, samples, judged, failed)
  const told = isSatisfied(ruling.status) ? last : worst
  const { assertions, slots, toggles } = told
  return { ...ruling, assertions, slots, toggles }
}

function ruleSoak(
  soak: Soak,
  samples: readonly SoakSample[],
  judged: readonly Judgement[],
  failed: readonly Judgement[],
): Ruling {
  const [first] = failed
  const { coveredMs, breakCount } = soakCoverage(soak, samples)
  if (
    first !== undefined &&
    exceedsAllowance(soak, failed.length, Math.max(samples.length, plannedSamples(soak)))
  ) {
    const afterMs = samples[judged.indexOf(first)]!.steadyMs - samples[0]!.steadyMs
    return {
      status: worstStatus(failed.map(({ status }) => status)) ?? 'ERROR',
      reason: `${failed.length} of ${samples.length} samples did not hold; the first, after ${durationText(afterMs)}: ${first.reason}`,
    }
  }
  if (coveredMs < soak.forMs) {
    const breaks = breakCount === 0 ? '' : ` after ${breakCount} interruptions`
    return {
      status: 'INCONCLUSIVE',
      reason: `${durationText(coveredMs)} were observed without interruption${breaks}, ${durationText(soak.forMs)} are needed`,
    }
  }
  const tolerated =
    first === undefined ? '' : `; ${failed.length} did not, which the plan allows: ${first.reason}`
  const warned = judged.find(({ status }) => status === 'WARN')
  return {
    status: first === undefined && warned === undefined ? 'PASS' : 'WARN',
    reason: `held in ${judged.length - failed.length} of ${judged.length} samples over ${durationText(coveredMs)}${tolerated}${warned === undefined ? '' : `; ${warned.reason}`}`,
  }
}

function durationText(ms: number): string {
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`
}

/** Samples that lie outside the attempt, or take longer than it did, were not taken in it. */
function timeProblem(
  samples: readonly SoakSample[],
  capture: SoakCapture,
  times: AttemptTimes | undefined,
): string | undefined {
  if (samples.length !== capture.sampleCount)
    return `expected ${capture.sampleCount} of them, got ${samples.length}`
  for (const [index, { steadyMs }] of samples.entries()) {
    const before = samples[index - 1]
    if (before !== undefined && steadyMs <= before.steadyMs) return 'they are not in order of time'
  }
  const [first] = samples
  const last = samples.at(-1)
  if (times === undefined || first === undefined || last === undefined) return undefined
  const isOutside = samples.some(
    ({ atMs }) => atMs < times.startedAtMs - ROUNDING_MS || atMs > times.finishedAtMs + ROUNDING_MS,
  )
  if (isOutside) return 'they are dated outside the attempt that their statement tells of'
  const attemptMs = times.finishedAtMs - times.startedAtMs
  return last.steadyMs - first.steadyMs > attemptMs + ROUNDING_MS
    ? 'they take longer than the attempt that their statement tells of'
    : undefined
}
