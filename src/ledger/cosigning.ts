// Asks the witnesses of a policy to cosign a checkpoint, and says whether they are enough. Client side of C2SP tlog-witness.
import { base64Of, messageOf, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { Digest, Fetch, SignatureVerifier } from '../kernel/index.ts'
import {
  formatNoteSignature,
  openWitnessedCheckpoint,
  parseNote,
  verifyCosignatures,
} from '../proof/index.ts'
import type { PolicyWitness, WitnessedCheckpoint, WitnessPolicy } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import type { SignedCheckpoint } from './model.ts'

const TIMEOUT_MS = 10_000
const ANSWER_LIMIT_BYTES = 64 * 1024
/** A witness that names another size is asked again from there; more than this and somebody else is as fast as we are. */
const TRY_LIMIT = 3

export interface CosigningPorts {
  readonly fetch: Fetch
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  /** Hashes that show that the first `size` entries are the beginning of the checkpoint's. */
  proveFrom(size: number): Promise<readonly Uint8Array[]>
}

export interface Cosigned extends WitnessedCheckpoint {
  /** The note with every cosignature that was given. */
  readonly note: string
  /** What kept a witness from cosigning, by its name. */
  readonly refusals: Readonly<Record<string, string>>
}

/** @throws LEDGER_QUORUM_MISSED when those who cosigned are not enough; nothing is lost then but the time */
export async function gatherCosignatures(
  ports: CosigningPorts,
  signed: SignedCheckpoint,
  policy: WitnessPolicy,
): Promise<Cosigned> {
  const refusals: Record<string, string> = {}
  const asked = policy.witnesses.filter(({ url }) => url !== undefined)
  const lines = await Promise.all(
    asked.map(async (witness) => {
      try {
        return await askWitness(ports, signed, witness)
      } catch (error) {
        refusals[witness.name] = messageOf(error)
        return ''
      }
    }),
  )
  const note = `${signed.note}${lines.join('')}`
  const opened = await openWitnessedCheckpoint(ports.verifier, note, policy)
  if (!opened.ok)
    throw ledgerFault(
      'LEDGER_QUORUM_MISSED',
      `checkpoint of size ${signed.size}: ${opened.reason}`,
      {
        details: { size: signed.size, refusals },
      },
    )
  return { ...opened.value, note, refusals }
}

/** Lines of this witness alone, verified. */
async function askWitness(
  ports: CosigningPorts,
  signed: SignedCheckpoint,
  witness: PolicyWitness,
): Promise<string> {
  let oldSize = signed.size
  for (let tries = 0; tries < TRY_LIMIT; tries++) {
    const { status, text } = await submit(ports, signed, witness, oldSize)
    if (status === 200) return readLines(ports, signed, witness, text)
    if (status !== 409) throw new Error(`it answered ${status}: ${text.slice(0, 200).trim()}`)
    oldSize = /^(?:0|[1-9]\d{0,15})\n$/.test(text) ? Number(text) : Number.NaN
    if (!(oldSize <= signed.size))
      throw new Error(`it knows ${text.trim()} entries of this log, which has ${signed.size}`)
  }
  throw new Error('it named another size each time')
}

async function submit(
  ports: CosigningPorts,
  signed: SignedCheckpoint,
  witness: PolicyWitness,
  oldSize: number,
): Promise<{ status: number; text: string }> {
  const isFirst = oldSize === 0 || oldSize === signed.size
  const proof = isFirst ? [] : await ports.proveFrom(oldSize)
  const hashes = proof.map((hash) => `${base64Of(hash)}\n`).join('')
  const answer = await ports.fetch.send({
    method: 'POST',
    url: `${(witness.url ?? '').replace(/\/$/, '')}/add-checkpoint`,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: utf8Bytes(`old ${oldSize}\n${hashes}\n${signed.note}`),
    timeoutMs: TIMEOUT_MS,
    bodyLimitBytes: ANSWER_LIMIT_BYTES,
  })
  return { status: answer.status, text: utf8Text(answer.body) }
}

async function readLines(
  ports: CosigningPorts,
  signed: SignedCheckpoint,
  { key }: PolicyWitness,
  text: string,
): Promise<string> {
  const parsed = parseNote(`${signed.note}${text}`)
  if (!parsed.ok) throw new Error(`its answer is no signature: ${parsed.reason}`)
  const own = parsed.value.signatures.filter(
    ({ name, hash }) => name === key.name && hash === key.hash,
  )
  const lines = own.map(formatNoteSignature).join('')
  const verified = await verifyCosignatures(ports.verifier, `${signed.note}${lines}`, [key])
  if (!verified.ok || verified.value.length === 0)
    throw new Error(verified.ok ? 'it did not sign with the key of the policy' : verified.reason)
  return lines
}
