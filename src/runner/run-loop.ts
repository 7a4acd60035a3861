// The loop of one run: starts what may start, waits for the first to end, and keeps account of where each gate stands.
import type { ContentDigest } from '../kernel/index.ts'
import { admitGate, consumedValues, takeValues } from '../verdict/index.ts'
import type { Consumed, PlanGate, StoredStatus, Taking } from '../verdict/index.ts'
import { collectGate } from './checks/collect.ts'
import type { CheckSite } from './checks/collected.ts'
import type { RunEvent } from './events.ts'
import { runAttempt } from './gate-run.ts'
import type { RunBinding } from '../gates/index.ts'
import type { AttemptOutcome, RunSink } from './gate-run.ts'
import type { HeldGate, Scheduler } from './schedule.ts'

/** Pause before the first further try after ERROR; each next one is twice as long. */
const RETRY_PAUSE_MS = 250
const RETRY_PAUSE_LIMIT_MS = 10_000
/** Further tries at most, whatever a plan says. */
const RETRY_LIMIT = 10

/** Where one gate of the run stands; `status` is the control plane's where the gate ran. */
export interface RunResult {
  readonly gate: string
  readonly status: StoredStatus
  readonly reason: string
  /** Of the attempt that counts; absent when the gate did not run now. */
  readonly attempt?: number
  readonly statement?: ContentDigest
}

export interface RunOutcome {
  /** Chosen gates that stand somewhere, in plan order; roll-ups are the control plane's to derive. */
  readonly results: readonly RunResult[]
  /** Gates cut off earlier that wait for a person's consent to run again. */
  readonly unknown: readonly string[]
  /** True when the signal ended the run; it can be resumed. */
  readonly interrupted: boolean
}

export interface LoopTerms {
  readonly scheduler: Scheduler
  readonly site: CheckSite
  readonly binding: RunBinding
  readonly sink: RunSink
  /** Last attempt intended before, by gate. */
  readonly attempts: Readonly<Record<string, number>>
  /** Stops everything running when the sink fails. */
  readonly stop: AbortController
  readonly emit: (event: RunEvent) => void
}

export class RunLoop {
  readonly #terms: LoopTerms
  /** Where gates stand before anything runs. */
  readonly #settled = new Map<string, StoredStatus>()
  readonly #results = new Map<string, RunResult>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #unknown: string[] = []
  #keptCount = 0
  readonly #openingEvents: RunEvent[] = []

  constructor(terms: LoopTerms) {
    this.#terms = terms
  }

  get chosen(): readonly PlanGate[] {
    return this.#terms.scheduler.chosen
  }

  /** Where a gate stands that this call is not about, but that others may need. */
  know(gate: PlanGate, status: StoredStatus): void {
    this.#settled.set(gate.id, status)
  }

  /** A gate that finished before. */
  keep(gate: PlanGate, status: StoredStatus): void {
    this.#settled.set(gate.id, status)
    this.#results.set(gate.id, {
      gate: gate.id,
      status,
      reason: 'finished before; its evidence stands',
    })
    this.#keptCount++
    this.#openingEvents.push({ kind: 'gate-kept', gate: gate.id, status })
  }

  hold(held: HeldGate): void {
    this.#openingEvents.push(this.#settleHeld(held))
  }

  /** Told first, right after the run has started. */
  announce(event: RunEvent): void {
    this.#openingEvents.unshift(event)
  }

  /** A gate whose last attempt was cut off and may have changed something. */
  leaveUnknown(gate: PlanGate): void {
    const attempt = this.#attemptsOf(gate)
    const reason = `unknown, confirm: attempt ${attempt} was cut off and the check may have changed something (${gate.effect})`
    this.#settled.set(gate.id, 'BLOCKED')
    this.#results.set(gate.id, { gate: gate.id, status: 'BLOCKED', reason })
    this.#unknown.push(gate.id)
    this.#openingEvents.push({ kind: 'gate-unknown', gate: gate.id, attempt, reason })
  }

  async run(): Promise<RunOutcome> {
    const { site, binding, emit } = this.#terms
    const startedMs = site.ports.clock.monotonicMs()
    emit({
      kind: 'run-started',
      run: binding.runId,
      gateCount: this.chosen.length,
      keptCount: this.#keptCount,
    })
    for (const event of this.#openingEvents) emit(event)
    await this.#runAll()
    const results = this.chosen.flatMap((gate) => this.#results.get(gate.id) ?? [])
    const counts: Partial<Record<StoredStatus, number>> = {}
    for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1
    const interrupted = site.signal.aborted
    const durationMs = Math.round(site.ports.clock.monotonicMs() - startedMs)
    emit({ kind: 'run-finished', run: binding.runId, interrupted, counts, durationMs })
    return { results, unknown: this.#unknown, interrupted }
  }

  async #runAll(): Promise<void> {
    try {
      const { scheduler } = this.#terms
      scheduler.begin(this.#settled)
      // Each turn settles or starts at least one gate, so the gates of the plan bound the loop.
      while (!this.#terms.site.signal.aborted) {
        const turn = scheduler.next()
        for (const held of turn.held) this.#terms.emit(this.#settleHeld(held))
        let isAnotherTurn = turn.held.length > 0
        for (const gate of turn.start) {
          if (gate.check.type === 'manual') {
            this.#leaveToPerson(gate)
            isAnotherTurn = true
          } else this.#running.set(gate.id, this.#runGate(gate))
        }
        if (isAnotherTurn) continue
        if (this.#running.size === 0) return
        await Promise.race(this.#running.values())
      }
    } catch (thrown) {
      // The sink is gone: what still runs could not be recorded any more.
      this.#terms.stop.abort(thrown)
      throw thrown
    } finally {
      await Promise.allSettled(this.#running.values())
    }
  }

  /** All that the gate needs is there; the rest is a person's. */
  #leaveToPerson(gate: PlanGate): void {
    const { scheduler, site, emit } = this.#terms
    const admission = admitGate(gate, site.terms)
    const reason = admission.admitted ? 'waits for a person' : admission.reason
    scheduler.settle(gate.id, 'PENDING')
    emit(this.#settleHeld({ gate, status: 'PENDING', reason }))
  }

  async #runGate(gate: PlanGate): Promise<void> {
    const { clock } = this.#terms.site.ports
    const startedMs = clock.monotonicMs()
    const first = this.#attemptsOf(gate) + 1
    const triesLeft = gate.effect === 'read' ? Math.min(gate.retries, RETRY_LIMIT) : 0
    let outcome: AttemptOutcome | undefined
    const taking = await this.#takeFor(gate)
    if (!taking.ok) {
      this.#running.delete(gate.id)
      this.#terms.scheduler.settle(gate.id, 'BLOCKED')
      this.#terms.emit(this.#settleHeld({ gate, status: 'BLOCKED', reason: taking.reason }))
      return
    }
    for (let attempt = first; attempt <= first + triesLeft; attempt++) {
      outcome = await this.#tryGate(gate, attempt, taking.consumed)
      if (outcome?.status !== 'ERROR' || attempt === first + triesLeft) break
      this.#terms.emit({ kind: 'gate-retried', gate: gate.id, attempt, reason: outcome.reason })
      if (!(await this.#pause(attempt - first))) break
    }
    this.#running.delete(gate.id)
    if (outcome === undefined) {
      this.#terms.scheduler.drop(gate.id)
      return
    }
    const { attempt, status, reason, statement } = outcome
    this.#terms.scheduler.settle(gate.id, status)
    this.#results.set(gate.id, { gate: gate.id, status, reason, attempt, statement })
    const durationMs = Math.round(clock.monotonicMs() - startedMs)
    this.#terms.emit({ kind: 'gate-finished', gate: gate.id, attempt, status, reason, durationMs })
  }

  /** The values of other gates that this one takes, as the control plane has them now. */
  async #takeFor(gate: PlanGate): Promise<Taking> {
    if (gate.consumes === undefined) return { ok: true, consumed: {} }
    const results = await this.#terms.sink.results()
    return takeValues(gate, (id) => results.find((each) => each.gate === id))
  }

  async #tryGate(
    gate: PlanGate,
    attempt: number,
    consumed: Consumed,
  ): Promise<AttemptOutcome | undefined> {
    const { binding, sink, emit } = this.#terms
    const parameters = { ...this.#terms.site.parameters, ...consumedValues(consumed) }
    const site = { ...this.#terms.site, parameters }
    emit({ kind: 'gate-started', gate: gate.id, title: gate.title, attempt })
    const nowMs = (): number => site.ports.clock.nowMs()
    const outcome = await runAttempt(
      binding,
      sink,
      gate,
      attempt,
      nowMs,
      () => collectGate(gate, site),
      gate.consumes === undefined ? undefined : consumed,
    )
    if (outcome === undefined) emit({ kind: 'gate-interrupted', gate: gate.id, attempt })
    for (const text of outcome?.notes ?? []) emit({ kind: 'note', gate: gate.id, text })
    return outcome
  }

  /** False when the run was called off meanwhile. */
  async #pause(triesBefore: number): Promise<boolean> {
    const { ports, signal } = this.#terms.site
    try {
      const pauseMs = Math.min(RETRY_PAUSE_LIMIT_MS, RETRY_PAUSE_MS * 2 ** triesBefore)
      await ports.clock.sleep(pauseMs, signal)
      return true
    } catch (thrown) {
      if (signal.aborted) return false
      throw thrown
    }
  }

  #settleHeld(held: HeldGate): RunEvent {
    const { gate, status, reason } = held
    this.#settled.set(gate.id, status)
    this.#results.set(gate.id, { gate: gate.id, status, reason })
    return { kind: 'gate-held', gate: gate.id, status, reason }
  }

  #attemptsOf(gate: PlanGate): number {
    const { attempts } = this.#terms
    return (Object.hasOwn(attempts, gate.id) ? attempts[gate.id] : undefined) ?? 0
  }
}
