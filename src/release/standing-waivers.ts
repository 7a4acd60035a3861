// Which gates of a plan are waived at this moment, for a run that begins or goes on.
import type { FindWaivers } from '../gates/index.ts'
import { foldRegister, termsOf } from '../register/index.ts'
import { RULES_EDITION, waivedGates } from '../verdict/index.ts'
import type { ReleasePorts } from './context.ts'
import { selectActs, selectWaiverUses } from './register-store.ts'
import { selectAuthor } from './store.ts'
import { countWaiverUses, readWaiverUses } from './waiver-uses.ts'

/** Reads the register as it stands; what a run makes of it says how many changes that were, so that anybody can look again. */
export function makeStandingWaivers({
  sql,
  clock,
  identity,
  evidence,
}: Pick<ReleasePorts, 'sql' | 'clock' | 'identity' | 'evidence'>): FindWaivers {
  return async (tenantId, plan, subject) => {
    const { service } = subject
    const stored = await sql.transaction({ tenantId }, async (tx) => ({
      author: await selectAuthor(tx, tenantId, subject),
      acts: await selectActs(tx, tenantId, service),
      uses: await selectWaiverUses(tx, tenantId, service),
    }))
    const asOfMs = clock.nowMs()
    const changeCount = stored.acts.length
    if (changeCount === 0) return { gates: {}, changeCount, asOfMs }
    const { register } = foldRegister(stored.acts)
    const uses = countWaiverUses(await readWaiverUses({ evidence }, tenantId, stored.uses))
    const rules = { edition: RULES_EDITION }
    const terms = termsOf(register, subject, uses, rules)
    const people = stored.author ? await identity.list(tenantId) : []
    const author = people.find((each) => each.id === stored.author)?.person
    const facts = {
      subject,
      asOfMs,
      ...rules,
      ...terms,
      ...(author === undefined ? {} : { author }),
    }
    return { gates: waivedGates(plan, facts), changeCount, asOfMs }
  }
}
