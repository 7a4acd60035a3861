// The erasure register: which keys each erasure destroyed, outside the database, so that an older one is erased again.
import { z } from 'zod'
import { ledgerFault } from '../errors.ts'

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

const headSchema = z.strictObject({
  kind: z.literal('seaworthy-erasure-register/1'),
  /** RFC 3339: of what was erased before, the register knows nothing. */
  since: z.iso.datetime(),
})

const lineSchema = z.strictObject({
  tenant: z.string(),
  request: z.string(),
  /** Where the first entry stands that attests it, and its leaf hash: another one there says that it was undone. */
  attestedBy: z.strictObject({ origin: z.string(), seq: z.int().min(0), leafHash: sha256Hex }),
  /** Numbers, and SHA-256 of the keys as they lay wrapped in the database: no name, and nothing to open anything with. */
  keys: z.array(z.strictObject({ dekId: z.int().min(1), wrappedHash: sha256Hex })).min(1),
})

export type RegisteredErasure = z.infer<typeof lineSchema>

export interface ErasureRecords {
  /** RFC 3339. */
  readonly since: string
  /** Oldest first. */
  readonly erasures: readonly RegisteredErasure[]
}

/** Kept apart from the database and its backups; servers of one database share it. */
export interface ErasureRegister {
  read(): Promise<ErasureRecords>
  /** Durable when it resolves. Comes before the commit: what is written and was never committed counts as confirmed. */
  add(erasure: RegisteredErasure): Promise<void>
}

export function encodeRegisterHead(since: string): string {
  return `${JSON.stringify({ kind: 'seaworthy-erasure-register/1', since })}\n`
}

export function encodeRegisteredErasure(erasure: RegisteredErasure): string {
  return `${JSON.stringify(lineSchema.parse(erasure))}\n`
}

/**
 * Registers of several servers may stand in one file, one after the other: it begins where the last of them did. A last line
 * without its end was being written when the process died, before anybody was told of that erasure.
 * @param place what to call it in a message
 * @throws LEDGER_REGISTER_UNREADABLE
 */
export function parseRegister(text: string, place: string): ErasureRecords {
  const begun: string[] = []
  const erasures: RegisteredErasure[] = []
  for (const [at, line] of text.split('\n').slice(0, -1).entries()) {
    const value = parseLine(line, place, at + 1)
    const head = headSchema.safeParse(value)
    const read = lineSchema.safeParse(value)
    if (head.success) begun.push(head.data.since)
    else if (read.success && begun.length > 0) erasures.push(read.data)
    else throw unreadable(place, at + 1)
  }
  const since = begun.sort().at(-1)
  if (since === undefined) throw unreadable(place, 1)
  return { since, erasures }
}

function parseLine(line: string, place: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw unreadable(place, number, error)
  }
}

function unreadable(place: string, line: number, cause?: unknown): Error {
  return ledgerFault(
    'LEDGER_REGISTER_UNREADABLE',
    `expected ${place} to be an erasure register, got something else in line ${line}`,
    { cause },
  )
}
