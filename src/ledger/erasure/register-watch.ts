// Holds the erasure register against the checkpoint guard: a register that lost lines, or its beginning, does not pass as a whole one.
import { bytesEqual, hexOf, messageOf, utf8Bytes } from '../../kernel/index.ts'
import type { Digest, Log } from '../../kernel/index.ts'
import type { CheckpointGuard } from '../model.ts'
import type { ErasureRecords, ErasureRegister, RegisterSection } from './register.ts'

/** Whose the guard's rows are. No tenant has such a name: PostgreSQL takes no text with this character. */
const OWNER = '\u0000erasure-register'
const NAME_DIGITS = 32

export interface RegisterWatchPorts {
  readonly digest: Digest
  readonly guard: Pick<CheckpointGuard, 'logsOf' | 'write'>
  readonly register: ErasureRegister
  readonly log: Log
}

/** The register whose every line the guard is told of: how many there are, and SHA-256 of them. */
export interface WatchedRegister extends ErasureRegister {
  /** What the guard knows of and the register lacks, as a sentence; undefined when it lacks nothing. */
  findGap(): Promise<string | undefined>
  /** Says in the log what is missing, and tells the guard of what it does not know yet. */
  settle(): Promise<void>
}

export function watchRegister(ports: RegisterWatchPorts): WatchedRegister {
  const { register, log } = ports
  const settle = async (): Promise<void> => {
    const gap = await findRegisterGap(ports)
    if (gap !== undefined) log.error('the erasure register is not whole', { gap })
    await tellGuard(ports)
  }
  /** What the register has is durable: that the guard cannot be told must not undo an erasure. */
  const tell = async (): Promise<void> => {
    try {
      await settle()
    } catch (error) {
      log.error('the checkpoint guard was not told of the erasure register', {
        error: messageOf(error),
      })
    }
  }
  return {
    read: () => register.read(),
    async add(erasure) {
      await register.add(erasure)
      await tell()
    },
    async addUndone(erasure) {
      await register.addUndone(erasure)
      await tell()
    },
    findGap: () => findRegisterGap(ports),
    settle: tell,
  }
}

/** What the guard knows of and the register lacks, as a sentence. */
export async function findRegisterGap({
  digest,
  guard,
  register,
}: Omit<RegisterWatchPorts, 'log'>): Promise<string | undefined> {
  // Before the register: the guard is told of lines that are there already.
  const known = await guard.logsOf(OWNER)
  const { sections } = await register.read()
  for (const { origin, signed } of known) {
    if (signed === undefined) continue
    const own = sections.filter((section) => originOf(digest, section) === origin)
    if (own.some((section) => isBeginning(digest, section, signed))) continue
    const most = Math.max(0, ...own.map(({ lines }) => lines.length))
    return most < signed.size
      ? `expected ${signed.size} lines of ${origin}, got ${most}`
      : `expected the first ${signed.size} lines of ${origin} as they were, got others`
  }
  return undefined
}

async function tellGuard({ digest, guard, register }: RegisterWatchPorts): Promise<void> {
  const known = new Map((await guard.logsOf(OWNER)).map((row) => [row.origin, row.signed]))
  const { sections }: ErasureRecords = await register.read()
  for (const section of sections) {
    const origin = originOf(digest, section)
    const before = known.get(origin)
    const isKnown = before?.size === section.lines.length
    if (isKnown || (before !== undefined && !isBeginning(digest, section, before))) continue
    const next = { size: section.lines.length, root: hashOf(digest, section.lines) }
    try {
      await guard.write(origin, next, OWNER)
    } catch (error) {
      // Another server was faster with more lines; whether they are here is for the next look to say.
      const now = (await guard.logsOf(OWNER)).find((row) => row.origin === origin)?.signed
      if (now === undefined || now.size <= next.size) throw error
    }
  }
}

/** Its head names it: two registers that began in the same millisecond are taken for one, and then told as a gap. */
function originOf(digest: Digest, { lines }: RegisterSection): string {
  return `erasure-register/${hexOf(hashOf(digest, lines.slice(0, 1))).slice(0, NAME_DIGITS)}`
}

function isBeginning(
  digest: Digest,
  { lines }: RegisterSection,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
): boolean {
  return lines.length >= size && bytesEqual(hashOf(digest, lines.slice(0, size)), root)
}

function hashOf(digest: Digest, lines: readonly string[]): Uint8Array {
  return digest.sha256(utf8Bytes(lines.map((line) => `${line}\n`).join('')))
}
