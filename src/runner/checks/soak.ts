// Asks a gate's check again and again until its samples cover the window, and keeps every sample.
import type { CollectedStream } from '../../gates/index.ts'
import { concatBytes } from '../../kernel/index.ts'
import {
  exceedsAllowance,
  isSatisfied,
  judgeGate,
  packSoakSample,
  plannedSamples,
  sampleGateOf,
  SOAK_SAMPLE_LIMIT,
  soakCoverage,
} from '../../verdict/index.ts'
import type { Capture, PlanGate, SampleTime, Soak, SoakSample } from '../../verdict/index.ts'
import { STREAM_LIMIT_BYTES } from './collected.ts'
import type { CheckSite, Collected } from './collected.ts'

/** Bytes kept of one stream of one sample; what is longer is left out, and assertions on it have no data. */
const SAMPLE_STREAM_LIMIT_BYTES = 256 * 1024

type SoakedGate = PlanGate & { readonly soak: Soak }

/**
 * Stops once the window is covered, or once so many samples failed that no further one could help; what follows from
 * them is judged later. After an interruption the samples go on until the window is covered anew.
 */
export async function collectSoak(
  gate: SoakedGate,
  site: CheckSite,
  collectSample: (gate: PlanGate) => Promise<Collected>,
): Promise<Collected> {
  const { clock } = site.ports
  const { soak } = gate
  const inner = sampleGateOf(gate)
  const startedMs = clock.monotonicMs()
  const times: SampleTime[] = []
  const shelf = new SampleShelf()
  const notes = new Set<string>()
  let failedCount = 0
  let isGoingOn = true
  let aborted = false
  while (isGoingOn && !aborted && times.length < SOAK_SAMPLE_LIMIT && !shelf.isFull) {
    const steadyMs = Math.round(clock.monotonicMs() - startedMs)
    const time = { atMs: clock.nowMs(), steadyMs }
    const collected = await collectSample(inner)
    aborted = collected.aborted
    if (aborted) break
    for (const note of collected.notes) notes.add(note)
    const sample = sampleOf(time, collected)
    shelf.add(sample)
    times.push(time)
    const { status } = judgeGate(inner, sample.capture, sample.streams, site.terms)
    if (!isSatisfied(status)) failedCount++
    const { coveredMs } = soakCoverage(soak, times)
    const sampleCount = times.length
    site.onSoak?.(gate.id, { coveredMs, forMs: soak.forMs, sampleCount, failedCount })
    const isLost = exceedsAllowance(soak, failedCount, Math.max(sampleCount, plannedSamples(soak)))
    isGoingOn = coveredMs < soak.forMs && !isLost
    if (isGoingOn) aborted = !(await sleepUntil(site, startedMs + steadyMs + soak.everyMs))
  }
  return {
    capture: {
      kind: 'soak',
      sampleCount: times.length,
      durationMs: Math.round(clock.monotonicMs() - startedMs),
      streams: { samples: { truncated: shelf.isFull, maskedCount: 0 } },
    },
    streams: shelf.streams(),
    aborted,
    notes: [...notes],
  }
}

/** False when the run was called off meanwhile. */
async function sleepUntil(site: CheckSite, dueMs: number): Promise<boolean> {
  const { clock } = site.ports
  try {
    // At least a moment, so that two samples never share one instant.
    await clock.sleep(Math.max(1, dueMs - clock.monotonicMs()), site.signal)
    return !site.signal.aborted
  } catch (thrown) {
    if (site.signal.aborted) return false
    throw thrown
  }
}

function sampleOf(time: SampleTime, { capture, streams }: Collected): SoakSample {
  const long = streams.filter(({ bytes }) => bytes.length > SAMPLE_STREAM_LIMIT_BYTES)
  const kept = streams.filter((stream) => !long.includes(stream))
  return {
    ...time,
    capture: long.reduce<Capture>((seen, { name }) => withoutStream(seen, name), capture),
    streams: Object.fromEntries(kept.map(({ name, bytes }) => [name, bytes])),
  }
}

function withoutStream(capture: Capture, name: string): Capture {
  if (capture.kind === 'manual') return capture
  const state = { truncated: true, maskedCount: capture.streams[name]?.maskedCount ?? 0 }
  return { ...capture, streams: { ...capture.streams, [name]: state } }
}

/** Samples packed line by line; full once they take more than one piece of evidence may. */
class SampleShelf {
  readonly #lines: Uint8Array[] = []
  #sizeBytes = 0

  get isFull(): boolean {
    return this.#sizeBytes > STREAM_LIMIT_BYTES
  }

  add(sample: SoakSample): void {
    const line = packSoakSample(sample)
    this.#lines.push(line)
    this.#sizeBytes += line.length
  }

  streams(): readonly CollectedStream[] {
    if (this.#lines.length === 0) return []
    const bytes = concatBytes(this.#lines)
    return [{ name: 'samples', bytes, mediaType: 'application/jsonl' }]
  }
}
