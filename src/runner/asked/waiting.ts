// A runner that waits: says so, looks again and again what it may take, and takes one request at a time.
import { base64Of, messageOf, SeaworthyError } from '../../kernel/index.ts'
import { claimWord, seatWord } from '../../dispatch/index.ts'
import type { ClaimedRequest, RunRequest } from '../../dispatch/index.ts'
import { rowsOf } from '../../client/index.ts'
import type { CommandContext } from '../../client/index.ts'
import type { RunHolder, RunView } from '../../gates/index.ts'
import type { EnrolledRunner } from '../../identity/index.ts'
import { readClaimed, readOffers, readSeat } from './answers.ts'
import type { StartTerms } from './start-terms.ts'

/** Between two looks: this, and up to as much again, so that many runners do not come at once. */
const LOOK_MS = 1_500
/** After a look that failed, twice as long each time up to the limit. */
const RETRY_LIMIT_MS = 60_000

export interface WaitingRunner {
  readonly context: CommandContext
  readonly runner: EnrolledRunner
  readonly terms: StartTerms
  newHolder(): RunHolder
  /** Executes what was taken; what it throws is told and does not end the waiting. */
  execute(claimed: ClaimedRequest, holder: RunHolder): Promise<void>
  tell(text: string): void
}

/** Waits until the signal ends it, or after one run where the terms say so. */
export async function waitForRequests(waiting: WaitingRunner): Promise<void> {
  const { context, terms, tell } = waiting
  const { signal } = context
  let seat: string | undefined
  let retryMs = LOOK_MS
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    try {
      if (seat === undefined) {
        seat = await takeSeat(waiting)
        await letGoOfDead(waiting)
        tell('waiting for runs')
      }
      const taken = await takeNext(waiting, seat)
      retryMs = LOOK_MS
      if (taken !== undefined) {
        await waiting.execute(taken.claimed, taken.holder)
        if (terms.isOnce) break
        continue
      }
    } catch (thrown) {
      if (isOver()) break
      if (isFinal(thrown)) throw thrown
      if (isSeatGone(thrown)) seat = undefined
      else tell(`${describeThrown(thrown)}; asking again in ${Math.round(retryMs / 1000)} s`)
      await pause(context, retryMs)
      retryMs = Math.min(2 * retryMs, RETRY_LIMIT_MS)
      continue
    }
    await pause(context, LOOK_MS * (1 + chance(context)))
  }
  if (seat !== undefined) await leave(waiting, seat)
}

/** With its code, by which it can be looked up. */
export function describeThrown(thrown: unknown): string {
  const code = thrown instanceof SeaworthyError ? `${thrown.code}: ` : ''
  return `${code}${messageOf(thrown)}`
}

/** The same key would be refused again, however often it asks. What stands before a server that is away says nothing about keys. */
function isFinal(thrown: unknown): boolean {
  if (!(thrown instanceof SeaworthyError) || thrown.code === 'CLIENT_ANSWER_FOREIGN') return false
  const { status } = thrown.row
  return thrown.code !== 'DISPATCH_REQUEST_TAKEN' && (status === 401 || status === 403)
}

function isSeatGone(thrown: unknown): boolean {
  return thrown instanceof SeaworthyError && thrown.code === 'DISPATCH_SEAT_UNKNOWN'
}

/** From 0 to 1. */
function chance({ ports }: CommandContext): number {
  return (ports.random.bytes(1)[0] ?? 0) / 256
}

async function pause({ ports, signal }: CommandContext, ms: number): Promise<void> {
  await ports.clock.sleep(ms, signal).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown
  })
}

async function takeSeat({ context, runner, terms }: WaitingRunner): Promise<string> {
  const { client, ports, process } = context
  const word = {
    runner: runner.principal.id,
    machine: process.machine,
    offer: terms.offer,
    at: new Date(ports.clock.nowMs()).toISOString(),
  }
  const signature = base64Of(await runner.key.signer.sign(seatWord(word)))
  const body = { ...word, signature }
  return readSeat(await client.call('POST', '/v1/runner-seats', body))
}

/**
 * Runs that an earlier process of this runner on this machine left when it was killed are let go at once, so that nobody
 * waits for their leases; they are executed again only when somebody asks.
 */
async function letGoOfDead({ context, runner, tell }: WaitingRunner): Promise<void> {
  const { client, process } = context
  const open = rowsOf<RunRequest>(client, '/v1/run-requests?state=open')
  for await (const { requestId, runnerId, runId, state } of open) {
    if (state !== 'running' || runId === null || runnerId !== runner.principal.id) continue
    const { run } = await client.call<RunView>('GET', `/v1/runs/${runId}`)
    const holder = run.lease?.holder
    const isDead = holder?.machine === process.machine && !process.isAlive(holder.pid)
    if (holder === undefined || !isDead) continue
    const held = { holder: holder.id }
    await client.call('POST', `/v1/runs/${runId}/pause`, { ...held, isWaiting: false })
    await client.call('POST', `/v1/run-requests/${requestId}/end`, held)
    tell(`let go of ${requestId}: process ${holder.pid}, which executed it, is gone`)
  }
}

async function takeNext(
  { context, runner, newHolder }: WaitingRunner,
  seat: string,
): Promise<{ readonly claimed: ClaimedRequest; readonly holder: RunHolder } | undefined> {
  const { client, ports } = context
  const offers = readOffers(await client.call('GET', `/v1/runner-seats/${seat}/offers`))
  for (const request of offers) {
    const holder = newHolder()
    const at = new Date(ports.clock.nowMs()).toISOString()
    const word = claimWord({ runner: runner.principal.id, request, holder, at })
    const signature = base64Of(await runner.key.signer.sign(word))
    try {
      const body = { seat, holder, at, signature }
      const path = `/v1/run-requests/${request}/claim`
      return { claimed: readClaimed(await client.call('POST', path, body), request), holder }
    } catch (thrown) {
      // Another runner was quicker; there may be more to take.
      if (!(thrown instanceof SeaworthyError) || thrown.code !== 'DISPATCH_REQUEST_TAKEN')
        throw thrown
    }
  }
  return undefined
}

async function leave({ context, tell }: WaitingRunner, seat: string): Promise<void> {
  try {
    await context.client.call('POST', `/v1/runner-seats/${seat}/leave`, {})
  } catch (thrown) {
    // Whoever is not heard of counts as gone within a minute anyway.
    tell(`not signed off: ${messageOf(thrown)}`)
  }
}
