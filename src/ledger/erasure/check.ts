// Judges attestations: whether an entry really says that exactly these payloads were erased.
import {
  base64Of,
  parseStrictJson,
  readBase64,
  SeaworthyError,
  utf8Bytes,
} from '../../kernel/index.ts'
import type { Digest, Json, SqlTx } from '../../kernel/index.ts'
import { selectEpochs } from '../epoch/store.ts'
import { readEntry } from '../log-reader.ts'
import type { PayloadKeys } from '../payload/keys.ts'
import { readPayload } from '../payload/read.ts'
import { selectLeaves } from '../store.ts'
import type { StoredEntry } from '../verify-store.ts'
import { ATTESTED_LIMIT, attestationSchema, ErasedSum } from './model.ts'
import type { Attestation } from './model.ts'
import { selectErased } from './store.ts'

/** Where an entry stands that attests an erasure. */
export interface AttestationPlace {
  readonly logId: number
  readonly seq: number
}

export interface ErasureCheckPorts {
  readonly digest: Digest
  readonly payloadKeys: PayloadKeys
}

/** One verification's view: each attestation is judged once, as a whole. */
export class ErasureCheck {
  readonly #ports: ErasureCheckPorts
  readonly #tenantId: string
  readonly #judged = new Map<string, boolean>()

  constructor(ports: ErasureCheckPorts, tenantId: string) {
    this.#ports = ports
    this.#tenantId = tenantId
  }

  /** True when the entry attests an erasure, and all that names it is exactly what it attests. */
  async isAttested(tx: SqlTx, by: AttestationPlace): Promise<boolean> {
    const key = `${by.logId}/${by.seq}`
    const known = this.#judged.get(key)
    if (known !== undefined) return known
    const judged = await this.#judge(tx, by)
    this.#judged.set(key, judged)
    return judged
  }

  /** Rows whose attestation does not hold are gone without a word. */
  async settle(tx: SqlTx, rows: readonly StoredEntry[]): Promise<readonly StoredEntry[]> {
    const settled: StoredEntry[] = []
    for (const row of rows) {
      const { stored } = row
      const isTrue = stored.state !== 'erased' || (await this.isAttested(tx, stored.by))
      settled.push(isTrue ? row : { ...row, stored: { state: 'gone' } })
    }
    return settled
  }

  async #judge(tx: SqlTx, by: AttestationPlace): Promise<boolean> {
    const attestation = await readAttestation(this.#ports, tx, this.#tenantId, by)
    const key = attestation && readBase64(attestation.key)
    if (attestation === undefined || key === undefined) return false
    const sum = new ErasedSum(this.#ports.digest, key)
    let after = { logId: 0, seq: -1 }
    for (;;) {
      const places = await selectErased(tx, this.#tenantId, by, after, ATTESTED_LIMIT)
      if (places.length === 0 || sum.count > attestation.count) break
      sum.add(places.map(({ leafHash }) => leafHash))
      after = places.at(-1)!
    }
    return sum.count === attestation.count && sum.root() === attestation.root
  }
}

/** What an entry says of an erasure; undefined when it says nothing that was committed to. */
export async function readAttestation(
  { digest, payloadKeys }: ErasureCheckPorts,
  tx: SqlTx,
  tenantId: string,
  { logId, seq }: AttestationPlace,
): Promise<Attestation | undefined> {
  const logs = await selectEpochs(tx, tenantId)
  const log = logs.find((each) => each.logId === logId)
  if (log === undefined) return undefined
  const [leaf] = await selectLeaves(tx, logId, { fromSeq: seq, untilSeq: seq + 1, limit: 1 })
  if (leaf === undefined) return undefined
  try {
    const { body } = readEntry(leaf)
    const kept = await readPayload(payloadKeys, tx, { tenantId, ...log }, seq)
    if (body.type !== 'erasure.executed' || kept === undefined) return undefined
    const committed = digest.hmacSha256(kept.salt, utf8Bytes(kept.payload))
    if (base64Of(committed) !== body.payload.c) return undefined
    const value: Json = parseStrictJson(kept.payload)
    return attestationSchema.safeParse(value).data
  } catch (error) {
    // A damaged entry attests nothing; the walk along the log says what is wrong with it.
    if (error instanceof SeaworthyError) return undefined
    throw error
  }
}
