// Checks who cosigned a bundle's checkpoint, by the witnesses that the reader names: none that the bundle brings counts.
import { utf8Text } from '../kernel/index.ts'
import { openWitnessedCheckpoint, parseNote, parseNoteKey } from '../proof/index.ts'
import type { Trust, WitnessPolicy } from '../proof/index.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'

/**
 * Only for a note that the log's key has signed.
 * @returns whether the quorum of a policy cosigned it
 */
export async function inspectWitnesses(
  inspection: Inspection,
  note: Uint8Array,
  trust: Trust,
  policy: WitnessPolicy | undefined,
): Promise<boolean> {
  const key = parseNoteKey(inspection.ports.digest, trust.ledger.vkey)
  if (!key.ok) return false
  const text = utf8Text(note)
  if (policy === undefined) {
    const parsed = parseNote(text)
    const own = key.value
    const others = parsed.ok
      ? parsed.value.signatures.filter(({ name, hash }) => name !== own.name || hash !== own.hash)
      : []
    const names = [...new Set(others.map(({ name }) => quoteName(name)))].slice(0, NAME_LIMIT)
    if (names.length > 0)
      inspection.leaveOpen(
        `Who witnessed the checkpoint: it has further signatures, which say that they are of ${names.join(', ')}; name the witnesses that you trust with --witnesses.`,
      )
    return false
  }
  const witnessed = { ...policy, logs: [{ key: key.value }] }
  const opened = await openWitnessedCheckpoint(inspection.ports.verifier, text, witnessed)
  if (!opened.ok) return inspection.find('VERIFY_QUORUM_MISSED', opened.reason, 'checkpoint')
  const { cosignatures } = opened.value
  inspection.checked.signatures += cosignatures.length
  if (cosignatures.length === 0) return false
  const said = cosignatures.map(
    ({ name, atSeconds }) =>
      `${quoteName(name)} at ${new Date(atSeconds * 1_000).toISOString().replace('.000', '')}`,
  )
  inspection.show(
    `The checkpoint was cosigned by ${said.join(', ')}: the quorum ${quoteName(policy.quorum)} of the witnesses that you named.`,
  )
  return true
}

/** Names shown of a note that may have been filled with them. */
const NAME_LIMIT = 16
