// A witness: remembers the newest checkpoint of each log it knows, and cosigns only what continues it. C2SP tlog-witness.
import { bytesEqual, readBase64, hexOf, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { Clock, Digest, SignatureVerifier, Signer } from '../kernel/index.ts'
import {
  cosignCheckpoint,
  emptyRoot,
  formatNoteSignature,
  HASH_BYTES,
  parseCheckpoint,
  parseNote,
  verifyConsistency,
  verifyNote,
} from '../proof/index.ts'
import type { Checkpoint, NoteKey } from '../proof/index.ts'

const PROOF_LIMIT = 63

/** Keeps one cosigned note per log. */
export interface WitnessMemory {
  read(origin: string): Promise<string | undefined>
  /** Durable when it resolves. */
  write(origin: string, note: string): Promise<void>
}

export interface WitnessPorts {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly memory: WitnessMemory
  /** The witness's name in its cosignatures. */
  readonly name: string
  readonly signers: readonly Signer[]
  /** Keys of the logs it knows; an origin may have several. */
  readonly logs: readonly NoteKey[]
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly text: string
}

interface Submission {
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
  readonly note: string
}

class Refused extends Error {
  readonly status: WitnessAnswer['status']

  constructor(status: WitnessAnswer['status'], text: string) {
    super(text)
    this.status = status
  }
}

export class Witness {
  readonly #ports: WitnessPorts
  /** One submission of a log at a time: looking and remembering are one act. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(ports: WitnessPorts) {
    this.#ports = ports
  }

  /** Answers every submission; throws only when it cannot remember, and then nothing was signed. */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    try {
      const submission = readSubmission(body)
      const { origin, signed } = await this.#admit(submission.note)
      const before = this.#turns.get(origin) ?? Promise.resolve()
      const mine = before.then(() => this.#decide(submission, origin, signed))
      this.#turns.set(
        origin,
        mine.catch(() => undefined),
      )
      return await mine
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown
      return { status: thrown.status, text: thrown.message }
    }
  }

  /** What it cosigned last of the log whose origin has this SHA-256, in lower-case hexadecimal. */
  async newest(originHash: string): Promise<string | undefined> {
    const { digest, logs, memory } = this.#ports
    const log = logs.find(({ name }) => hexOf(digest.sha256(utf8Bytes(name))) === originHash)
    return log === undefined ? undefined : memory.read(log.name)
  }

  /** The log's own signature lines come back verified; those of strangers are left out. */
  async #admit(note: string): Promise<{ origin: string; signed: string }> {
    const origin = note.split('\n', 1)[0] ?? ''
    const keys = this.#ports.logs.filter(({ name }) => name === origin)
    if (keys.length === 0) throw new Refused(404, 'unknown log\n')
    const parsed = parseNote(note)
    // A line that cannot be read as a signature is none by a trusted key.
    if (!parsed.ok) throw new Refused(403, `${parsed.reason}\n`)
    const { text, signatures } = parsed.value
    const verified = await verifyNote(this.#ports.verifier, note, keys)
    if (!verified.ok) throw new Refused(403, 'invalid signature\n')
    const own = signatures.filter(({ name, hash }) =>
      keys.some((key) => key.name === name && key.hash === hash),
    )
    return { origin, signed: `${text}\n${own.map(formatNoteSignature).join('')}` }
  }

  async #decide(
    { oldSize, proof }: Submission,
    origin: string,
    signed: string,
  ): Promise<WitnessAnswer> {
    const text = textOf(signed)
    const next = checkpointOf(text)
    if (oldSize > next.size)
      throw new Refused(400, `expected an old size up to ${next.size}, got ${oldSize}\n`)
    const remembered = await this.#ports.memory.read(origin)
    const last = remembered === undefined ? undefined : checkpointOf(textOf(remembered))
    if ((last?.size ?? 0) !== oldSize) throw new Refused(409, `${last?.size ?? 0}\n`)
    const reason = this.#findBreak(last, next, proof)
    if (reason !== undefined) throw new Refused(422, `${reason}\n`)
    const { digest, signers, name, clock, memory } = this.#ports
    const atSeconds = Math.floor(clock.nowMs() / 1_000)
    const lines = await Promise.all(
      signers.map((signer) => cosignCheckpoint(digest, signer, name, text, atSeconds)),
    )
    await memory.write(origin, `${signed}${lines.join('')}`)
    return { status: 200, text: lines.join('') }
  }

  /** Why the next checkpoint does not continue the last one. */
  #findBreak(
    last: Checkpoint | undefined,
    next: Checkpoint,
    proof: readonly Uint8Array[],
  ): string | undefined {
    const { digest } = this.#ports
    if (next.size === 0 && !bytesEqual(next.root, emptyRoot(digest)))
      return 'expected the root of an empty tree'
    if (last === undefined || last.size === 0)
      return proof.length === 0 ? undefined : 'expected no consistency proof from size 0'
    const claim = { size1: last.size, root1: last.root, size2: next.size, root2: next.root, proof }
    return verifyConsistency(digest, claim) ? undefined : 'expected a valid consistency proof'
  }
}

function readSubmission(body: Uint8Array): Submission {
  const text = decode(body)
  const split = text.indexOf('\n\n')
  const [first = '', ...hashes] = text.slice(0, Math.max(split, 0)).split('\n')
  const [, oldText = ''] = /^old (0|[1-9]\d*)$/.exec(first) ?? []
  const oldSize = oldText === '' ? Number.NaN : Number(oldText)
  if (!Number.isSafeInteger(oldSize)) throw new Refused(400, 'expected "old" and a size\n')
  if (hashes.length > PROOF_LIMIT)
    throw new Refused(400, `expected at most ${PROOF_LIMIT} lines of proof\n`)
  return { oldSize, proof: hashes.map(hashOfLine), note: text.slice(split + 2) }
}

function decode(body: Uint8Array): string {
  try {
    return utf8Text(body)
  } catch {
    throw new Refused(400, 'expected text in UTF-8\n')
  }
}

function hashOfLine(line: string): Uint8Array {
  const bytes = readBase64(line)
  if (bytes?.length !== HASH_BYTES) throw new Refused(400, 'expected hashes of 32 bytes\n')
  return bytes
}

function textOf(note: string): string {
  const parsed = parseNote(note)
  if (!parsed.ok) throw new TypeError(`expected a note in the witness's memory: ${parsed.reason}`)
  return parsed.value.text
}

function checkpointOf(text: string): Checkpoint {
  const parsed = parseCheckpoint(text)
  if (!parsed.ok) throw new Refused(400, `${parsed.reason}\n`)
  return parsed.value
}
