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
  /** Where the first entry stands that attests it, and its leaf hash. */
  attestedBy: z.strictObject({ origin: z.string(), seq: z.int().min(0), leafHash: sha256Hex }),
  /** Numbers, and SHA-256 of the keys as they lay wrapped in the database: no name, and nothing to open anything with. */
  keys: z.array(z.strictObject({ dekId: z.int().min(1), wrappedHash: sha256Hex })).min(1),
})

/** Says of an erasure above that its transaction was certainly undone. */
const undoneSchema = z.strictObject({ tenant: z.string(), undone: z.string() })

export type RegisteredErasure = z.infer<typeof lineSchema>

/** One register, from its head on; several may stand in one file. */
export interface RegisterSection {
  /** As they are in the file, without their ends, the head first. */
  readonly lines: readonly string[]
}

export interface ErasureRecords {
  /** RFC 3339. */
  readonly since: string
  /** Oldest first, without those that were undone. */
  readonly erasures: readonly RegisteredErasure[]
  readonly sections: readonly RegisterSection[]
}

/** Kept apart from the database and its backups; servers of one database share it. */
export interface ErasureRegister {
  read(): Promise<ErasureRecords>
  /** Durable when it resolves. Comes before the commit: what is written and was never committed counts as confirmed. */
  add(erasure: RegisteredErasure): Promise<void>
  /** For whoever knows that the transaction of an erasure was undone. Durable when it resolves. */
  addUndone(erasure: Pick<RegisteredErasure, 'tenant' | 'request'>): Promise<void>
}

export function encodeRegisterHead(since: string): string {
  return `${JSON.stringify({ kind: 'seaworthy-erasure-register/1', since })}\n`
}

export function encodeRegisteredErasure(erasure: RegisteredErasure): string {
  return `${JSON.stringify(lineSchema.parse(erasure))}\n`
}

export function encodeUndoneErasure(
  erasure: Pick<RegisteredErasure, 'tenant' | 'request'>,
): string {
  return `${JSON.stringify({ tenant: erasure.tenant, undone: erasure.request })}\n`
}

interface ScannedRegister extends Omit<ErasureRecords, 'since'> {
  /** Undefined without a head. */
  readonly since: string | undefined
}

/**
 * Registers of several servers may stand in one file, one after the other: it begins where the last of them did. What stands above
 * the first head is of a register whose beginning was cut off, and is carried out all the same. A last line without its end was
 * being written when the process died, before anybody was told of that erasure.
 * @param place what to call it in a message
 * @throws LEDGER_REGISTER_UNREADABLE
 */
export function parseRegister(text: string, place: string): ErasureRecords {
  const { since, ...records } = scanRegister(text, place)
  if (since === undefined)
    throw unreadable(`expected ${place} to have the head of a register, got none`)
  return { since, ...records }
}

/** True for a new register, and for one whose beginning was cut off. @throws LEDGER_REGISTER_UNREADABLE */
export function isRegisterHeadless(text: string, place: string): boolean {
  return scanRegister(text, place).since === undefined
}

function scanRegister(text: string, place: string): ScannedRegister {
  const begun: string[] = []
  const erasures: RegisteredErasure[] = []
  const undone = new Set<string>()
  const sections: { lines: string[] }[] = []
  const lines = text.split('\n')
  const isCutOff = lines.pop()?.startsWith('{') ?? false
  if (!isCutOff && !text.endsWith('\n') && text !== '')
    throw unreadable(`expected ${place} to be an erasure register, got something else at its end`)
  for (const [at, line] of lines.entries()) {
    const value = parseLine(line)
    const head = headSchema.safeParse(value)
    const read = lineSchema.safeParse(value)
    const taken = undoneSchema.safeParse(value)
    if (head.success) {
      begun.push(head.data.since)
      sections.push({ lines: [] })
    } else if (read.success) erasures.push(read.data)
    else if (taken.success) undone.add(`${taken.data.tenant} ${taken.data.undone}`)
    else
      throw unreadable(
        `expected ${place} to be an erasure register, got something else in line ${at + 1}`,
      )
    sections.at(-1)?.lines.push(line)
  }
  const standing = erasures.filter(({ tenant, request }) => !undone.has(`${tenant} ${request}`))
  return { since: begun.sort().at(-1), erasures: standing, sections }
}

/** Undefined, which is no line, for what is no JSON. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function unreadable(message: string): Error {
  return ledgerFault('LEDGER_REGISTER_UNREADABLE', message)
}
