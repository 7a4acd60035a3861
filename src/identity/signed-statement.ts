// Opens a signed statement: who signed it, whether they may sign such a one, and what it says.
import { contentDigest } from '../kernel/index.ts'
import type { ContentDigest, Digest, SignatureVerifier } from '../kernel/index.ts'
import {
  parseEnvelope,
  parseStatement,
  PREDICATE_TYPES,
  STATEMENT_MEDIA_TYPE,
  verifyEnvelope,
} from '../proof/index.ts'
import type { Predicates, StatementKind, StatementSubject } from '../proof/index.ts'
import { identityFault } from './errors.ts'
import type { PrincipalKind, RegisteredPrincipal } from './model.ts'

export interface OpenedStatement<K extends StatementKind> {
  /** Digest of the envelope's bytes. */
  readonly id: ContentDigest
  readonly signer: RegisteredPrincipal
  readonly subject: readonly StatementSubject[]
  readonly predicate: Predicates[K]
  /** What the evidence room remembers of it. */
  readonly row: {
    readonly id: ContentDigest
    readonly predicateType: string
    readonly keyId: string
  }
}

/**
 * @param signerKinds which kinds of principal may sign this kind of statement
 * @throws IDENTITY_STATEMENT_REFUSED for a malformed envelope, another kind, an unknown or unfit signer, a bad signature
 */
export async function openSignedStatement<K extends StatementKind>(
  ports: { readonly digest: Digest; readonly verifier: SignatureVerifier },
  findByKey: (keyId: string) => Promise<RegisteredPrincipal | undefined>,
  envelopeBytes: Uint8Array,
  kind: K,
  signerKinds: readonly PrincipalKind[],
): Promise<OpenedStatement<K>> {
  const envelope = parseEnvelope(envelopeBytes)
  if (!envelope.ok) throw refuseStatement(envelope.reason)
  if (envelope.value.payloadType !== STATEMENT_MEDIA_TYPE)
    throw refuseStatement('expected an in-toto payload')
  const statement = parseStatement(envelope.value.payload)
  if (!statement.ok) throw refuseStatement(statement.reason)
  if (statement.value.kind !== kind) {
    throw refuseStatement(`expected a ${kind} statement, got a ${statement.value.kind} statement`)
  }
  const signer = await findByKey(envelope.value.signatures[0]!.keyId)
  if (signer === undefined)
    throw refuseStatement('expected a registered signer, the key is unknown')
  if (!signerKinds.includes(signer.kind)) {
    throw refuseStatement(
      `expected the signature of a ${signerKinds.join(' or ')}, got one of a ${signer.kind}`,
    )
  }
  const key = {
    keyId: signer.keyId,
    algorithm: 'ecdsa-p256-sha256' as const,
    publicKey: signer.publicKey,
  }
  if ((await verifyEnvelope(ports.verifier, envelope.value, [key])) === undefined) {
    throw refuseStatement(`expected a valid signature of ${signer.id}`)
  }
  const id = contentDigest(ports.digest.sha256(envelopeBytes))
  return {
    id,
    signer,
    subject: statement.value.subject,
    // The kind was compared above; the compiler does not carry that into the generic parameter.
    predicate: statement.value.predicate as Predicates[K],
    row: { id, predicateType: PREDICATE_TYPES[kind], keyId: signer.keyId },
  }
}

function refuseStatement(reason: string): Error {
  return identityFault('IDENTITY_STATEMENT_REFUSED', reason)
}
