// The keys of this installation, each in a file of the data folder: what signs for the control plane, what opens the API.
import { join } from 'node:path'
import type { SystemLogSigners } from '../attestation/index.ts'
import type { EndedKeys } from '../identity/index.ts'
import { utf8Bytes } from '../kernel/index.ts'
import type { Signer } from '../kernel/index.ts'
import { openKeyFile, systemDigest, systemRandom } from '../platform/index.ts'
import { openEndedTokenKeys } from './ended-token-keys.ts'
import { openKeyFolder, openSecretFile } from './secret-file.ts'

export interface InstallationKeys {
  /** Signs decisions and manifests. */
  readonly signer: Signer
  /** Signs checkpoints. */
  readonly ledgerSigner: Signer
  readonly confirmSecret: Uint8Array
  /** Keys of the system log and of its timestamp authority; made on first use. */
  readonly openSystemLogSigners: () => Promise<SystemLogSigners>
  /** What the secrets of webhooks are derived from. */
  readonly masterSecret: Uint8Array
  /** What the audit log hashes with. */
  readonly auditSecret: Uint8Array
  readonly apiKey: string
  readonly viewKey: string
  /** This server's key of that name for service tokens; made on first use. */
  readonly openTokenSigner: (name: string) => Promise<Signer>
  /** What this server has seen of their end. */
  readonly endedTokenKeys: EndedKeys
}

export async function openInstallationKeys(folder: string): Promise<InstallationKeys> {
  await openKeyFolder(folder)
  const apiSecret = await openSecretFile(join(folder, 'api.secret'), systemRandom)
  const apiKey = Buffer.from(apiSecret).toString('base64url')
  const tokenFolder = join(folder, 'service-tokens')
  const viewSecret = systemDigest.hmacSha256(utf8Bytes(apiKey), utf8Bytes('view'))
  return {
    signer: await openKeyFile(join(folder, 'control-plane.pem'), 'ecdsa-p256-sha256'),
    ledgerSigner: await openKeyFile(join(folder, 'ledger.pem'), 'ed25519'),
    confirmSecret: await openSecretFile(join(folder, 'confirm.secret'), systemRandom),
    masterSecret: await openSecretFile(join(folder, 'webhook.secret'), systemRandom),
    auditSecret: await openSecretFile(join(folder, 'audit.secret'), systemRandom),
    apiKey,
    openSystemLogSigners: async () => ({
      log: await openKeyFile(join(folder, 'system-log.pem'), 'ed25519'),
      timestamp: await openKeyFile(join(folder, 'timestamp.pem'), 'ecdsa-p256-sha256'),
      timestampRoot: await openKeyFile(join(folder, 'timestamp-root.pem'), 'ecdsa-p256-sha256'),
    }),
    openTokenSigner: (name) => openKeyFile(join(tokenFolder, `${name}.pem`), 'ed25519'),
    endedTokenKeys: openEndedTokenKeys(tokenFolder),
    viewKey: Buffer.from(viewSecret).toString('base64url'),
  }
}
