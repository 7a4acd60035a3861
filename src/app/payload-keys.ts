// The key that every payload key of the database is wrapped under, in a file that no backup of the database has.
import { join } from 'node:path'
import type { ErasureClass, Slice } from '../kernel/index.ts'
import { PayloadKeys } from '../ledger/index.ts'
import { openSeal, systemDigest, systemRandom } from '../platform/index.ts'
import type { AppConfig } from './config.ts'
import { openKeyFolder, openSecretFile } from './secret-file.ts'

/** @param slices that say whose data their entries hold */
export async function openPayloadKeys(
  { dataFolder, payloadSecret }: Pick<AppConfig, 'dataFolder' | 'payloadSecret'>,
  slices: readonly Slice[],
): Promise<PayloadKeys> {
  const folder = join(dataFolder, 'keys')
  if (payloadSecret === undefined) await openKeyFolder(folder)
  const secret = await openSecretFile(payloadSecret ?? join(folder, 'payload.secret'), systemRandom)
  return new PayloadKeys({
    secret,
    random: systemRandom,
    digest: systemDigest,
    openSeal,
    classes: new Map(slices.flatMap(({ erasure = {} }) => Object.entries<ErasureClass>(erasure))),
  })
}
