// Starts a run or takes up an open one, also where a dead process of this machine holds it, and where the answer of a start was lost.
import { SeaworthyError } from '../kernel/index.ts'
import type { Client, CommandProcess } from '../client/index.ts'
import type { RunHolder, StartedRun } from '../gates/index.ts'
import { runnerFault } from './errors.ts'

/** Body of a start; what it holds besides is the control plane's to read. */
export interface StartRequest {
  readonly runner: RunHolder
  readonly [name: string]: unknown
}

export async function takeUpRun(
  client: Pick<Client, 'call'>,
  process: Pick<CommandProcess, 'machine' | 'pid' | 'isAlive'>,
  request: StartRequest,
): Promise<StartedRun> {
  const start = (more: Readonly<Record<string, unknown>>): Promise<StartedRun> =>
    client.call<StartedRun>('POST', '/v1/runs', { ...request, ...more })
  try {
    return await start({})
  } catch (thrown) {
    const untold = untoldStart(thrown)
    if (untold !== undefined) {
      // The run is this holder's, who takes it from itself. A confirm token was spent by the start.
      const again = { resume: 'must', replaces: request.runner.id, confirmToken: undefined }
      const taken = await start(again)
      await assertSame(client, request.runner, untold.run?.runId, taken)
      return { ...taken, isResumed: untold.isResumed }
    }
    const dead = deadHolder(thrown, process)
    if (dead === undefined) throw thrown
    return start({ replaces: dead })
  }
}

/** A start whose answer was lost on the way, and is not told again because a token was in it that is told once. */
interface UntoldStart {
  readonly isResumed: boolean
  readonly run?: { readonly runId: string }
}

function untoldStart(thrown: unknown): UntoldStart | undefined {
  if (!(thrown instanceof SeaworthyError)) return undefined
  if (thrown.code !== 'WEB_IDEMPOTENCY_ANSWER_WITHHELD') return undefined
  const kept = thrown.details['data'] as Partial<UntoldStart> | null
  return { ...kept, isResumed: kept?.isResumed === true }
}

/** A run of somebody else on the same terms, begun meanwhile, is let go: this one was neither shown nor confirmed. */
async function assertSame(
  client: Pick<Client, 'call'>,
  { id: holder }: RunHolder,
  wanted: string | undefined,
  { run: { runId } }: StartedRun,
): Promise<void> {
  if (wanted === undefined || runId === wanted) return
  await client.call('POST', `/v1/runs/${runId}/pause`, { holder, isWaiting: false })
  throw runnerFault('RUNNER_RUN_OTHER', `expected the run ${wanted} that was started, got ${runId}`)
}

function deadHolder(
  thrown: unknown,
  process: Pick<CommandProcess, 'machine' | 'pid' | 'isAlive'>,
): string | undefined {
  if (!(thrown instanceof SeaworthyError) || thrown.code !== 'GATES_RUN_HELD') return undefined
  const holder = thrown.details['holder'] as RunHolder
  // A process of our own number is an earlier one.
  const isDead =
    holder.machine === process.machine &&
    (holder.pid === process.pid || !process.isAlive(holder.pid))
  return isDead ? holder.id : undefined
}
