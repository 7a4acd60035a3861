// The keys of an endpoint, derived from one secret of the installation, so that the database holds none; pure.
import { base64Of, utf8Bytes } from '../kernel/index.ts'
import type { Digest, Signer } from '../kernel/index.ts'
import type { StoredEndpoint } from './model.ts'
import { publicKeyText, SECRET_PREFIX } from './signature.ts'
import type { SigningKeys } from './signature.ts'

export interface SecretPorts {
  readonly digest: Digest
  /** Of this installation; whoever has it can sign as any endpoint's sender. */
  readonly masterSecret: Uint8Array
  /** Ed25519 from a seed of 32 bytes. */
  seedSigner(seed: Uint8Array): Signer
}

type Named = Pick<StoredEndpoint, 'id' | 'secretVersion' | 'previousUntilMs' | 'hasBodySignature'>

export function secretOf(
  { digest, masterSecret }: SecretPorts,
  tenantId: string,
  id: string,
  version: number,
): string {
  return (
    SECRET_PREFIX + base64Of(digest.hmacSha256(masterSecret, nameOf('v1', tenantId, id, version)))
  )
}

/** One pair for an endpoint's life: receivers hold the public half, which cannot leak anything. */
function signerOf(ports: SecretPorts, tenantId: string, id: string): Signer {
  return ports.seedSigner(
    ports.digest.hmacSha256(ports.masterSecret, nameOf('v1a', tenantId, id, 0)),
  )
}

function nameOf(use: string, tenantId: string, id: string, version: number): Uint8Array {
  return utf8Bytes(JSON.stringify(['seaworthy webhook', use, tenantId, id, version]))
}

export function publicKeyOf(ports: SecretPorts, tenantId: string, id: string): string {
  return publicKeyText(signerOf(ports, tenantId, id).publicKey)
}

/** Newest first; the one before is among them until its overlap ends. */
export function secretsOf(
  ports: SecretPorts,
  tenantId: string,
  { id, secretVersion, previousUntilMs }: Named,
  nowMs: number,
): readonly string[] {
  const isOverlapping = secretVersion > 1 && previousUntilMs !== null && nowMs < previousUntilMs
  const versions = isOverlapping ? [secretVersion, secretVersion - 1] : [secretVersion]
  return versions.map((version) => secretOf(ports, tenantId, id, version))
}

export function signingKeysOf(
  ports: SecretPorts,
  tenantId: string,
  endpoint: Named,
  nowMs: number,
): SigningKeys {
  return {
    secrets: secretsOf(ports, tenantId, endpoint, nowMs),
    signer: signerOf(ports, tenantId, endpoint.id),
    hasBodySignature: endpoint.hasBodySignature,
  }
}
