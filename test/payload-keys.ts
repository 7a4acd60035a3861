// Payload keys of tests: processes that share a database share the secret.
import type { ErasureClass } from '../src/kernel/index.ts'
import { PayloadKeys } from '../src/ledger/index.ts'
import { openSeal } from '../src/platform/index.ts'
import { nodeDigest, nodeRandom } from './crypto.ts'

/** As another process of the installation has them: nothing is remembered yet. */
export function testPayloadKeys(classes: Readonly<Record<string, ErasureClass>> = {}): PayloadKeys {
  return new PayloadKeys({
    secret: nodeDigest.sha256(new TextEncoder().encode('payload secret of tests')),
    random: nodeRandom,
    digest: nodeDigest,
    openSeal,
    classes: new Map(Object.entries(classes)),
  })
}
