// Erasure with everything that copies payloads besides the ledger.
import { auditCopies } from '../audit/index.ts'
import type { Log } from '../kernel/index.ts'
import { makeErasures } from '../ledger/index.ts'
import type { ErasurePorts, Erasures, Ledger, WatchedRegister } from '../ledger/index.ts'
import { systemDigest, systemRandom } from '../platform/index.ts'
import { webhookCopies } from '../webhook/index.ts'
import type { Database } from './open-database.ts'

type Kept = Pick<Database, 'sql' | 'journal' | 'payloadKeys' | 'register'>

export function erasingPorts(
  { journal, payloadKeys, register }: Kept,
  ledger: Ledger,
): ErasurePorts {
  const derived = [auditCopies, webhookCopies]
  const system = { digest: systemDigest, random: systemRandom }
  const ports = { ledger, payloadKeys, register, derived, ...system }
  return journal === undefined ? ports : { ...ports, journal }
}

export function openErasures(
  database: Kept & { readonly register: WatchedRegister },
  ledger: Ledger,
  log: Log,
): Erasures {
  const { sql, register } = database
  const erasures = makeErasures({ ...erasingPorts(database, ledger), sql, register, log })
  const replay = async (): Promise<number> => {
    await register.settle()
    return erasures.replay()
  }
  return { ...erasures, replay }
}
