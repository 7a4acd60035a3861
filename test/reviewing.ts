// Has a registered person review a pinned plan of the composed house, over its routes.
import { base64Of, utf8Text } from '../src/kernel/index.ts'
import type { ComposedApp } from '../src/app/compose.ts'
import { buildStatement, sealStatement, subjectsOf } from '../src/proof/index.ts'
import { askAsOperator } from './composed.ts'
import { nodeDigest, testSigner } from './crypto.ts'

export async function reviewPlan(app: ComposedApp, planHash: string): Promise<void> {
  const signer = testSigner('ecdsa-p256-sha256')
  const digest = planHash as `sha256:${string}`
  const { id } = await askAsOperator<{ id: string }>(app, '/v1/principals', {
    kind: 'person',
    displayName: `rita of ${planHash.slice(7, 15)}`,
    roles: [],
    publicKey: base64Of(signer.publicKey),
  })
  const at = new Date().toISOString()
  const subject = { service: 'any', version: '1', digests: { release: planHash.slice(7) } }
  const approval = { what: 'plan', digest, principal: id, at } as const
  const statement = buildStatement('approval', subjectsOf(subject), approval)
  const { bytes } = await sealStatement(nodeDigest, signer, statement)
  await askAsOperator(app, '/v1/plan-reviews', utf8Text(bytes))
}
