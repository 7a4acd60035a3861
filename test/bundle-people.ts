// The people and machines of a test bundle, their keys, and the trust file that names them.
import type { Signer } from '../src/kernel/index.ts'
import { formatNoteKey, keyIdOf, noteKeyOf } from '../src/proof/index.ts'
import type { Trust, TrustKey } from '../src/proof/index.ts'
import { ORIGIN } from './bundle-release.ts'
import { nodeDigest, testSigner } from './crypto.ts'

/** Keys of everybody in a bundle; the same keys for every bundle of a test file keep it quick. */
export interface BundleKeys {
  readonly plane: Signer
  readonly runner: Signer
  readonly lead: Signer
  readonly operator: Signer
  /** Signs off nothing: asks for waivers. */
  readonly asker: Signer
  readonly ledger: Signer
}

export function freshBundleKeys(): BundleKeys {
  return {
    plane: testSigner('ecdsa-p256-sha256'),
    runner: testSigner('ecdsa-p256-sha256'),
    lead: testSigner('ecdsa-p256-sha256'),
    operator: testSigner('ecdsa-p256-sha256'),
    asker: testSigner('ecdsa-p256-sha256'),
    ledger: testSigner('ed25519'),
  }
}

export interface Person {
  readonly id: string
  readonly role: string
  readonly signer: Signer
}

export function peopleOf(keys: BundleKeys): {
  readonly lead: Person
  readonly operator: Person
  readonly asker: Person
  readonly runner: Person
  readonly plane: Person
  /** Signs checkpoints. */
  readonly ledger: Signer
} {
  const of = (kind: string, role: string, signer: Signer): Person => {
    return { id: `${kind}-${keyIdOf(nodeDigest, signer.publicKey).slice(0, 16)}`, role, signer }
  }
  return {
    lead: of('person', 'release-manager', keys.lead),
    operator: of('person', 'operations', keys.operator),
    asker: of('person', 'developer', keys.asker),
    runner: of('runner', '', keys.runner),
    plane: of('control-plane', '', keys.plane),
    ledger: keys.ledger,
  }
}

export type People = ReturnType<typeof peopleOf>

export function trustOf(keys: BundleKeys, people: People): Trust {
  const keyOf = (person: Person, uses: TrustKey['uses']): TrustKey => ({
    keyId: keyIdOf(nodeDigest, person.signer.publicKey),
    algorithm: 'ecdsa-p256-sha256',
    spki: person.signer.publicKey,
    uses,
    principal: person.id,
    roles: person.role === '' ? [] : [person.role],
  })
  const all = [
    keyOf(people.plane, ['manifest', 'decision']),
    keyOf(people.runner, ['gate-run']),
    keyOf(people.lead, ['sign-off', 'gate-run', 'approval']),
    keyOf(people.operator, ['sign-off', 'gate-run', 'approval']),
    keyOf(people.asker, ['approval']),
  ]
  const vkey = formatNoteKey(noteKeyOf(nodeDigest, ORIGIN, keys.ledger.publicKey))
  return {
    ledger: { origin: ORIGIN, vkey },
    keys: all.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1)),
  }
}
