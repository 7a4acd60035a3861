// What erases somebody, with everything that copies payloads besides the ledger: the action, and what an older database asks for again.
import { auditCopies } from '../audit/index.ts'
import type { Action, Log } from '../kernel/index.ts'
import { eraseAction, replayErasures } from '../ledger/index.ts'
import type { ErasurePorts, Ledger } from '../ledger/index.ts'
import { systemDigest, systemRandom } from '../platform/index.ts'
import { webhookCopies } from '../webhook/index.ts'
import type { Database } from './open-database.ts'

export function erasingPorts(
  { journal, payloadKeys, register }: Pick<Database, 'journal' | 'payloadKeys' | 'register'>,
  ledger: Ledger,
): ErasurePorts {
  const derived = [auditCopies, webhookCopies]
  const system = { digest: systemDigest, random: systemRandom }
  const ports = { ledger, payloadKeys, register, derived, ...system }
  return journal === undefined ? ports : { ...ports, journal }
}

export function erasing(ports: ErasurePorts): readonly Action[] {
  return [eraseAction(ports)]
}

/** Before anybody reads anything: in an older database that was put back, what was erased since is erased again. */
export async function eraseAgain(database: Database, ledger: Ledger, log: Log): Promise<void> {
  const { sql, register } = database
  await replayErasures({ ...erasingPorts(database, ledger), sql, register, log })
}
