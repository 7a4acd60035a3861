// Executes one request that this runner took: checked on its own side, in a folder of its own, called off when somebody cancels it.
import { rm } from 'node:fs/promises'
import { harmlessText, messageOf, SeaworthyError } from '../../kernel/index.ts'
import { everyRow } from '../../client/index.ts'
import type { CommandContext, OptionValues } from '../../client/index.ts'
import type { ClaimedRequest, RunRequest } from '../../dispatch/index.ts'
import type { RunHolder, RunView, StartedRun } from '../../gates/index.ts'
import type { EnrolledRunner } from '../../identity/index.ts'
import { runnerFault } from '../errors.ts'
import type { RunEvent } from '../events.ts'
import type { GateUser } from '../gate-user.ts'
import { areSatisfied, closeRun } from '../run-end.ts'
import type { RunOutcome } from '../run-loop.ts'
import { openSink, resumptionOf } from '../run-sink.ts'
import { runPlan } from '../service.ts'
import { gateUserOf } from '../workspace.ts'
import { readPeople, readStarted } from './answers.ts'
import { ageObjection, markExecuted } from './executed-marks.ts'
import { objectionTo, startedObjection } from './own-side.ts'
import { giveFolder, makeRunFolder } from './run-folder.ts'
import type { StartTerms } from './start-terms.ts'

export interface AskedCall {
  readonly context: CommandContext
  readonly options: OptionValues
  readonly terms: StartTerms
  readonly runner: EnrolledRunner
  readonly holder: RunHolder
  onEvent(claimed: ClaimedRequest, started: StartedRun, event: RunEvent): void
}

/** What became of a request on this runner. */
export interface AskedEnd {
  readonly request: RunRequest
  readonly isComplete: boolean
}

/** How often a runner that executes a request looks whether somebody cancelled it. */
const CANCEL_LOOK_MS = 5_000
const REASON_LIMIT_CHARACTERS = 400
/** In the data folder: one empty file for each request that was executed lately, by its id. */
const EXECUTED_FOLDER = 'executed-requests'

export async function executeRequest(call: AskedCall, claimed: ClaimedRequest): Promise<AskedEnd> {
  const { context, terms, holder } = call
  const { client, ports } = context
  const path = `/v1/run-requests/${claimed.request.requestId}`
  const decline = async (reason: string): Promise<AskedEnd> => {
    tellObjection(context, claimed.request.requestId, reason)
    return {
      request: await client.call<RunRequest>('POST', `${path}/decline`, {
        holder: holder.id,
        reason: reason.replace(/\p{Cc}+/gu, ' ').slice(0, REASON_LIMIT_CHARACTERS),
      }),
      isComplete: false,
    }
  }
  const { requestId } = claimed.request
  const tooOld = await ageObjection(marksFolder(context), requestId, ports.clock.nowMs())
  if (tooOld !== undefined) return decline(tooOld)
  const people = readPeople(await everyRow(client, '/v1/principals'))
  const objection = await objectionTo(
    {
      digest: ports.digest,
      verifier: ports.verifier,
      terms,
      people,
      readStatement: (digest) => client.download(`/v1/evidence/${digest}`),
    },
    claimed,
  )
  if (objection !== undefined) return decline(objection)
  let started: StartedRun
  try {
    started = readStarted(await client.call('POST', `${path}/start`, { holder }))
  } catch (thrown) {
    // Somebody executes a run of the release already: no other runner could take this one either.
    if (!(thrown instanceof SeaworthyError) || thrown.code !== 'GATES_RUN_HELD') throw thrown
    return decline(messageOf(thrown))
  }
  const view = await executeStarted(call, claimed, started)
  const request = await client.call<RunRequest>('POST', `${path}/end`, { holder: holder.id })
  return { request, isComplete: view !== undefined && areSatisfied(view, undefined) }
}

/** Undefined where the run was let go before anything of it ran. */
async function executeStarted(
  call: AskedCall,
  claimed: ClaimedRequest,
  started: StartedRun,
): Promise<RunView | undefined> {
  const { context, terms, holder } = call
  const { client, ports } = context
  const { runId } = started.run
  const objection =
    startedObjection(claimed, started, ports.digest) ??
    (await markExecuted(marksFolder(context), claimed.request.requestId, ports.clock.nowMs()))
  if (objection !== undefined) {
    tellObjection(context, claimed.request.requestId, objection)
    await client.call('POST', `/v1/runs/${runId}/pause`, { holder: holder.id, isWaiting: false })
    return undefined
  }
  const folder = context.files.resolve(terms.workFolder, runId)
  const over = new AbortController()
  const cancelled = watchCancel(call, claimed, over.signal)
  try {
    const gateUser = await prepareFolder(call, folder)
    const place = { folder, gateUser, cancelled }
    const { interrupted, unknown } = await runStarted(call, claimed, started, place)
    const isCutOff = interrupted || unknown.length > 0
    const view = await closeRun(client, runId, holder, isCutOff, false)
    // What is to go on may want what is there; nothing needs the folder of a run that is finished.
    if (!isCutOff) await rm(folder, { recursive: true, force: true })
    return view
  } finally {
    over.abort()
  }
}

/** On this side, whatever the control plane makes of it. */
function tellObjection({ notify }: CommandContext, requestId: string, reason: string): void {
  const { code, message } = runnerFault('RUNNER_REQUEST_DECLINED', reason)
  notify(`${harmlessText(`${requestId} is not executed: ${code}: ${message}`)}\n`)
}

/** A control plane gives each request to a runner once; one that offers it again would have the same changes made twice. */
function marksFolder({ files }: CommandContext): string {
  return files.resolve(files.outputFolder, EXECUTED_FOLDER)
}

async function runStarted(
  call: AskedCall,
  claimed: ClaimedRequest,
  started: StartedRun,
  place: { readonly folder: string; readonly gateUser: GateUser; readonly cancelled: AbortSignal },
): Promise<RunOutcome> {
  const { context, terms, runner, holder } = call
  const { run, plan } = started
  const { sink, submitted } = await openSink(context, run.runId, holder)
  return runPlan({
    plan,
    planHash: run.planHash,
    runId: run.runId,
    subject: run.subject,
    terms: run.terms,
    secretParameters: secretsFor(terms, started),
    runnerId: runner.principal.id,
    version: context.version,
    signer: runner.key.signer,
    ports: context.ports,
    sink,
    workspace: place.folder,
    gateUser: place.gateUser,
    resume: resumptionOf(started, submitted),
    ...(claimed.request.wish.repeat ? { confirmRepeat: started.unfinished } : {}),
    parallelLimit: terms.parallelLimit,
    onEvent: (event) => call.onEvent(claimed, started, event),
    signal: AbortSignal.any([context.signal, place.cancelled]),
  })
}

/** Only secrets that the request names reach the run, and of these only those that the runner was started with. */
function secretsFor({ secrets }: StartTerms, { run }: StartedRun): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).filter(([name]) => Object.hasOwn(run.terms.parameters, name)),
  )
}

/** The folder of a run, and whom its commands run as: where that is somebody else, the folder is theirs, for the whole run. */
async function prepareFolder(
  { context, options, terms: { filesFolder } }: AskedCall,
  folder: string,
): Promise<GateUser> {
  await makeRunFolder(folder, filesFolder)
  const gateUser = await gateUserOf(context, 'none', options)
  const user = await gateUser.next()
  if (user === undefined) return gateUser
  await giveFolder(folder, user)
  return { ...gateUser, next: () => Promise.resolve(user) }
}

/** Aborted once somebody cancelled the request. */
function watchCancel(
  { context }: AskedCall,
  { request }: ClaimedRequest,
  over: AbortSignal,
): AbortSignal {
  const { client, ports } = context
  const cancelled = new AbortController()
  const watch = async (): Promise<void> => {
    while (!over.aborted) {
      await ports.clock.sleep(CANCEL_LOOK_MS, over)
      const path = `/v1/run-requests/${request.requestId}`
      // A control plane that does not answer cancels nothing; the lease of the run says the rest.
      const now = await client.call<RunRequest>('GET', path).catch(() => undefined)
      if (now?.isCancelAsked !== true) continue
      cancelled.abort(new Error('the request was cancelled'))
      return
    }
  }
  watch().catch((thrown: unknown) => {
    if (!over.aborted) cancelled.abort(thrown)
  })
  return cancelled.signal
}
