// The secret that every payload key of the database is wrapped under, in a file that no backup of the database has, and what else follows from it.
import { join } from 'node:path'
import type { ErasureClass, Slice } from '../kernel/index.ts'
import { PayloadKeys } from '../ledger/index.ts'
import { deriveKey, openSeal, systemDigest, systemRandom } from '../platform/index.ts'
import type { AppConfig } from './config.ts'
import { openKeyFolder, openSecretFile } from './secret-file.ts'

type SecretPlace = Pick<AppConfig, 'dataFolder' | 'payloadSecret'>

/** @param slices that say whose data their entries hold */
export async function openPayloadKeys(
  config: SecretPlace,
  slices: readonly Slice[],
): Promise<PayloadKeys> {
  return new PayloadKeys({
    secret: await openPayloadSecret(config),
    random: systemRandom,
    digest: systemDigest,
    openSeal,
    classes: new Map(slices.flatMap(({ erasure = {} }) => Object.entries<ErasureClass>(erasure))),
  })
}

/** Idempotency keys lie in the database under this one: every server of a database has the secret, unlike those of its data folder. */
export async function openRepetitionKey(config: SecretPlace): Promise<Uint8Array> {
  return deriveKey(await openPayloadSecret(config), 'names of idempotency keys')
}

async function openPayloadSecret({ dataFolder, payloadSecret }: SecretPlace): Promise<Uint8Array> {
  const folder = join(dataFolder, 'keys')
  if (payloadSecret === undefined) await openKeyFolder(folder)
  return openSecretFile(payloadSecret ?? join(folder, 'payload.secret'), systemRandom)
}
