// What a condition may not do alone: hold a gate that was seen to fail, on one person's word or for longer than a waiver.
import type { Case } from './case.ts'
import { isThirdEdition } from './edition.ts'
import { describeInstant } from './instant.ts'
import type { Reason, Status } from './model.ts'
import { statusWords } from './status-words.ts'
import { withDescendants } from './plan.ts'

const DAY_MS = 86_400_000
/** As long as a waiver without the security role lasts. */
const HELD_FAILURE_LIMIT_DAYS = 30
/** As many as a waiver needs beside the one who asked: of two who signed, one did not set the condition. */
const HELD_FAILURE_SIGNERS = 2

const FAILED: ReadonlySet<Status> = new Set<Status>([
  'FAIL',
  'ERROR',
  'STALE',
  'INCONCLUSIVE',
  'SKIPPED',
])

/**
 * Of open conditions that hold failed gates. A sign-off is over the conditions' terms, so people who signed agreed to them;
 * the author of the change is never among them.
 */
export function heldFailureReasons(facts: Case): Reason[] {
  if (!isThirdEdition(facts.inputs)) return []
  const signed = facts.quorum.approvers.length
  return facts.conditions.flatMap(({ condition, state }): Reason[] => {
    if (state !== 'OPEN') return []
    const failed = [...withDescendants(facts.plan.gates, [condition.gate])].find((id) => {
      const status = facts.standings.get(id)?.status
      return facts.held.has(id) && status !== undefined && FAILED.has(status)
    })
    if (failed === undefined) return []
    const status = statusWords(facts.standings.get(failed)?.status ?? 'FAIL')
    const holds = `condition ${condition.id} holds it although it does not hold (${status})`
    if (condition.dueAtMs - facts.inputs.asOfMs > HELD_FAILURE_LIMIT_DAYS * DAY_MS)
      return [
        {
          rule: '7.5-condition',
          gate: failed,
          text: `${holds}, until ${describeInstant(condition.dueAtMs)}: longer than ${HELD_FAILURE_LIMIT_DAYS} days`,
          flip: `${failed} passes, or the condition is withdrawn for one that is due within ${HELD_FAILURE_LIMIT_DAYS} days.`,
        },
      ]
    if (signed >= HELD_FAILURE_SIGNERS) return []
    return [
      {
        rule: '7.6-condition',
        gate: failed,
        text: `${holds}; that needs sign-offs by ${HELD_FAILURE_SIGNERS} people, and ${signed} signed this state off`,
        flip: `One more person signs the release off, or ${failed} passes.`,
      },
    ]
  })
}
