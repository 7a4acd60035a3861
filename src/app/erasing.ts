// The action that erases somebody, with everything that copies payloads besides the ledger.
import { auditCopies } from '../audit/index.ts'
import type { Action } from '../kernel/index.ts'
import { eraseAction } from '../ledger/index.ts'
import type { ErasurePorts } from '../ledger/index.ts'
import { webhookCopies } from '../webhook/index.ts'
import type { Database } from './open-database.ts'

export function erasing(
  ports: Omit<ErasurePorts, 'journal' | 'derived'>,
  { journal }: Pick<Database, 'journal'>,
): readonly Action[] {
  const derived = [auditCopies, webhookCopies]
  return [eraseAction({ ...ports, derived, ...(journal === undefined ? {} : { journal }) })]
}
