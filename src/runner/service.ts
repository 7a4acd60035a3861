// Runs a plan: admits, orders, runs and submits its gates, and can take up a run that was cut off.
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute } from 'node:path'
import { MASK } from '../kernel/index.ts'
import type { ContentDigest, Digest, Signer } from '../kernel/index.ts'
import {
  admitGate,
  askedParameters,
  dataEdgesOf,
  needsOf,
  steeringParameters,
} from '../verdict/index.ts'
import type { Plan, PlanGate, RunTerms, StoredStatus, Subject } from '../verdict/index.ts'
import type { CheckPorts, CheckSite } from './checks/collected.ts'
import { assertParameters, DEFAULT_SEARCH_PATH } from './environment.ts'
import { runnerFault } from './errors.ts'
import type { RunEvent } from './events.ts'
import type { RunBinding } from '../gates/index.ts'
import { keepRun } from './heartbeat.ts'
import type { RunSink } from './gate-run.ts'
import type { GateUser } from './gate-user.ts'
import { secretMask } from './masking.ts'
import { RunLoop } from './run-loop.ts'
import type { RunOutcome } from './run-loop.ts'
import { PARALLEL_LIMIT, Scheduler } from './schedule.ts'
import type { HeldGate } from './schedule.ts'

/** What is known of a run that was begun before. */
export interface Resumption {
  /** Status of every gate that has a recorded result; these are not run again. */
  readonly results: Readonly<Record<string, StoredStatus>>
  /** Gates with an intent and no record: cut off. */
  readonly unfinished: readonly string[]
  /** Number of the last intended attempt, by gate. */
  readonly attempts: Readonly<Record<string, number>>
}

export interface RunRequest {
  readonly plan: Plan
  readonly planHash: ContentDigest
  readonly runId: string
  readonly subject: Subject
  /** As recorded with the run: secret parameters appear in it as `[masked]`. */
  readonly terms: RunTerms
  /** Values of secret parameters by name. Never sent, shown or stored; masked in all evidence. */
  readonly secretParameters?: Readonly<Record<string, string>>
  readonly runnerId: string
  /** Version of the runner's program. */
  readonly version: string
  readonly signer: Signer
  readonly ports: CheckPorts & { readonly digest: Digest }
  readonly sink: RunSink
  /** Absolute path of the folder a confirmed plan runs in, or `none`: then commands start in an empty folder. */
  readonly workspace: 'none' | (string & {})
  readonly resume?: Resumption
  /** Gate ids to run; default all. */
  readonly only?: readonly string[]
  /** Gates to run although they have a result. */
  readonly again?: readonly string[]
  /** Cut-off gates that may change something and that a person agreed to run again. */
  readonly confirmRepeat?: readonly string[]
  /** Gates at the same time; default 4. */
  readonly parallelLimit?: number
  /** PATH of commands; default the system's folders. */
  readonly searchPath?: string
  /** Whom commands run as; default the runner's own user. */
  readonly gateUser?: GateUser
  /** Existing folder for scratch folders; default the system's. */
  readonly scratchRoot?: string
  readonly onEvent?: (event: RunEvent) => void
  /** Calls the run off: everything running is killed, and what was recorded stands. */
  readonly signal?: AbortSignal
}

/**
 * Runs the gates of a plan. Resolves when all that can run has run; what a gate's check runs into is evidence, not an
 * error. Rejects when the sink does, after everything running was stopped.
 * @throws RUNNER_PARAMETER_REFUSED, RUNNER_SECRET_REFUSED, RUNNER_GATE_UNKNOWN, RUNNER_WORKSPACE_MISSING
 */
export async function runPlan(request: RunRequest): Promise<RunOutcome> {
  const { gateUser } = request
  const secrets = request.secretParameters ?? {}
  const parameters = { ...request.terms.parameters, ...secrets }
  assertParameters(parameters)
  // What comes from other gates is not known yet; under which names it comes is.
  for (const gate of request.plan.gates)
    for (const [name] of dataEdgesOf(gate)) assertParameters({ [name]: '' })
  assertGatesKnown(request)
  await assertWorkspace(request.workspace)
  const stop = new AbortController()
  const signal =
    request.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, request.signal])
  const site: CheckSite = {
    ports: request.ports,
    parameters,
    mask: secretMask(parameters, secrets),
    workspace: request.workspace,
    searchPath: request.searchPath ?? DEFAULT_SEARCH_PATH,
    scratchRoot: request.scratchRoot ?? tmpdir(),
    ...(gateUser === undefined ? {} : { nextUser: () => gateUser.next() }),
    signal,
    releaseDigests: Object.values(request.subject.digests),
    terms: request.terms,
    onSoak: (gate, progress) => request.onEvent?.({ kind: 'gate-soaking', gate, ...progress }),
    onOutput: (gate, totalBytes) => request.onEvent?.({ kind: 'gate-output', gate, totalBytes }),
  }
  const binding: RunBinding = {
    runId: request.runId,
    planHash: request.planHash,
    subject: request.subject,
    runner: { id: request.runnerId, version: request.version },
    signer: request.signer,
    digest: request.ports.digest,
  }
  const loop = new RunLoop({
    scheduler: new Scheduler(
      request.plan.gates,
      Math.max(1, request.parallelLimit ?? PARALLEL_LIMIT),
      request.only,
      request.terms.waived,
    ),
    site,
    binding,
    sink: request.sink,
    attempts: request.resume?.attempts ?? {},
    stop,
    emit: (event) => request.onEvent?.(event),
  })
  settleBeforehand(request, parameters, loop)
  for (const [gate, waiver] of Object.entries(request.terms.waived ?? {}))
    loop.announce({
      kind: 'note',
      gate,
      text: `waived (${waiver}): what needs it runs all the same`,
    })
  if (gateUser !== undefined && gateUser.text !== '')
    loop.announce({ kind: 'run-user', isSeparate: gateUser.isSeparate, text: gateUser.text })
  return runKept(request, loop, stop)
}

/** Runs the loop and says meanwhile that this runner executes it; stops when that is no longer so. */
async function runKept(
  { sink, ports }: RunRequest,
  loop: RunLoop,
  stop: AbortController,
): Promise<RunOutcome> {
  if (sink.renew === undefined) return loop.run()
  const renew = sink.renew.bind(sink)
  const done = new AbortController()
  const keeping = keepRun(renew, ports.clock, done.signal).catch((thrown: unknown) => {
    stop.abort(thrown)
    throw thrown
  })
  // Until it is waited for below, a rejection has nobody who hears it.
  keeping.catch(() => undefined)
  const outcome = await loop.run().finally(() => done.abort())
  await keeping
  return outcome
}

/** Settles what will not run: finished before, not admitted, or cut off in the middle of a change. */
function settleBeforehand(
  request: RunRequest,
  parameters: Readonly<Record<string, string>>,
  loop: RunLoop,
): void {
  const chosen = new Set(loop.chosen.map((gate) => gate.id))
  const finished = request.resume?.results ?? {}
  const again = new Set(request.again)
  const cutOff = new Set(request.resume?.unfinished)
  for (const gate of request.plan.gates) {
    const status = Object.hasOwn(finished, gate.id) ? finished[gate.id] : undefined
    const isKept = status !== undefined && !again.has(gate.id) && !cutOff.has(gate.id)
    if (!chosen.has(gate.id)) {
      if (status !== undefined) loop.know(gate, status)
    } else if (isKept) loop.keep(gate, status)
    else {
      const held = heldBeforehand(request, parameters, gate)
      if (held !== undefined) loop.hold(held)
      else if (isUnknown(request, gate)) loop.leaveUnknown(gate)
    }
  }
}

function heldBeforehand(
  request: RunRequest,
  parameters: Readonly<Record<string, string>>,
  gate: PlanGate,
): HeldGate | undefined {
  const admission = admitGate(gate, request.terms)
  // What a person answers may itself need gates that are not settled yet: the loop tells where it stands.
  if (!admission.admitted && admission.status === 'PENDING' && needsOf(gate).length > 0)
    return undefined
  if (!admission.admitted) return { gate, status: admission.status, reason: admission.reason }
  // The control plane sees secrets masked; only here is it known whether one could turn into an option.
  const isAgreed = request.terms.confirmed.includes(gate.id)
  const steering = isAgreed ? [] : steeringParameters(gate, parameters)
  if (steering.length > 0) {
    const reason = `needs review and confirm: the value of ${steering.join(', ')} could turn into an option`
    return { gate, status: 'BLOCKED', reason }
  }
  // The control plane knows that the secret exists; whoever resumes the run has to hand it over again.
  const absent = askedParameters(gate).filter(
    (name) => Object.hasOwn(parameters, name) && parameters[name] === MASK,
  )
  if (absent.length === 0) return undefined
  return {
    gate,
    status: 'BLOCKED',
    reason: `secret parameters not handed over: ${absent.join(', ')}`,
  }
}

function isUnknown(request: RunRequest, gate: PlanGate): boolean {
  const wasCutOff = request.resume?.unfinished.includes(gate.id) === true
  return wasCutOff && gate.effect !== 'read' && request.confirmRepeat?.includes(gate.id) !== true
}

function assertGatesKnown(request: RunRequest): void {
  const known = new Set(request.plan.gates.map((gate) => gate.id))
  for (const id of [...(request.only ?? []), ...(request.confirmRepeat ?? [])]) {
    if (!known.has(id)) {
      throw runnerFault(
        'RUNNER_GATE_UNKNOWN',
        `expected a gate of the plan, got ${JSON.stringify(id.slice(0, 200))}`,
      )
    }
  }
}

async function assertWorkspace(workspace: string): Promise<void> {
  if (workspace === 'none') return
  const facts = isAbsolute(workspace) ? await stat(workspace).catch(() => undefined) : undefined
  if (facts?.isDirectory() !== true) {
    throw runnerFault(
      'RUNNER_WORKSPACE_MISSING',
      `expected an existing folder as an absolute path, got ${JSON.stringify(workspace.slice(0, 400))}`,
    )
  }
}
