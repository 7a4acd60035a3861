// The action `run.confirm`: gates that are more than reads get a person's word, as part of an open run or of a new one.
import { z } from 'zod'
import { canonicalize } from '../kernel/index.ts'
import type { Action, ActionCall, Json, Principal, SqlTx } from '../kernel/index.ts'
import type { Plan } from '../verdict/index.ts'
import { riskOf, waitingChanges } from './confirmation.ts'
import { gatesFault } from './errors.ts'
import { callSchema } from './run-call.ts'
import { subjectSchema } from './run-requests.ts'
import { assertNotHeld } from './run-lease.ts'
import type { RunContext } from './run-model.ts'
import { appendConfirmed, assertOwnSubject, findOpenRun, openRun } from './run-opening.ts'
import type { RunWish } from './run-opening.ts'
import { lockRelease } from './run-store.ts'
import { selectReviewers } from './store.ts'

const paramsSchema = z.strictObject({
  planHash: z.string(),
  parameters: z.record(z.string(), z.string()),
  pin: z.string(),
  subject: subjectSchema,
  gates: z.array(z.string()).exactOptional(),
  call: callSchema.exactOptional(),
})

export type RunConfirmParams = z.infer<typeof paramsSchema>

/** @param replaces id of a holder of the run that the caller knows to be dead */
export function runConfirmAction(context: RunContext, replaces?: string): Action {
  return {
    name: 'run.confirm',
    summary: 'Let gates run that are more than reads',
    async open(principal, params) {
      const read = paramsSchema.safeParse(params)
      if (!read.success)
        throw gatesFault(
          'GATES_PLAN_OPTION_REFUSED',
          `expected the parameters of a run: ${z.prettifyError(read.error)}`,
        )
      const { plan } = await context.plans.read(principal.tenantId, read.data.planHash)
      assertOwnSubject(plan, read.data.subject)
      return callOf(context, principal, plan, read.data, replaces)
    },
  }
}

function callOf(
  context: RunContext,
  { id, tenantId }: Principal,
  plan: Plan,
  params: RunConfirmParams,
  replaces: string | undefined,
): ActionCall {
  const wish: RunWish = { plan, ...params, planHash: params.planHash as RunWish['planHash'] }
  const chosen = params.gates === undefined ? undefined : new Set(params.gates)
  return {
    async preview(tx) {
      const isReviewed = await isPlanReviewed(tx, tenantId, params.planHash)
      const open = await findOpenRun(tx, tenantId, wish)
      const changes = waitingChanges(plan, isReviewed, chosen).filter(
        ({ of }) => open?.terms.confirmed.includes(of) !== true,
      )
      const count = changes.length === 1 ? '1 gate' : `${changes.length} gates`
      return {
        summary: `run ${count} of ${plan.service}@${plan.version} in ${plan.environment}`,
        risk: riskOf(changes),
        changes,
        policy: isReviewed ? 'all but reads ask' : 'all but proven reads ask',
        state: { run: open?.runId ?? null },
      }
    },
    async carryOut(tx) {
      await lockRelease(tx, tenantId, plan)
      const known = await findOpenRun(tx, tenantId, wish)
      if (known !== undefined) assertNotHeld(context, known, replaces)
      const run = known ?? (await openRun(context, tx, tenantId, id, wish))
      const isReviewed = await isPlanReviewed(tx, tenantId, params.planHash)
      const gates = waitingChanges(plan, isReviewed, chosen).map((change) => change.of)
      await appendConfirmed(context, tx, tenantId, id, run, gates, 'token')
      return { run: run.runId, confirmed: gates }
    },
  }
}

async function isPlanReviewed(tx: SqlTx, tenantId: string, planHash: string): Promise<boolean> {
  return (await selectReviewers(tx, tenantId, planHash)).length > 0
}

/** Whether two requests are for the same run of the same gates; where they are executed from is in the pin. */
export function isSameConfirm(left: Json, right: Json): boolean {
  const pinned = (params: Json): string => canonicalize({ ...(params as object), call: null })
  return pinned(left) === pinned(right)
}
