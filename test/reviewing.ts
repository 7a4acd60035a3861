// Has a registered person review a pinned plan of the composed house, or sign off its release, over its routes.
import { base64Of, utf8Text } from '../src/kernel/index.ts'
import type { Signer } from '../src/kernel/index.ts'
import type { ComposedApp } from '../src/app/compose.ts'
import { buildStatement, sealStatement, subjectsOf } from '../src/proof/index.ts'
import { sealSignOff } from '../src/release/signed-word.ts'
import { askAsOperator } from './composed.ts'
import { nodeDigest, testSigner } from './crypto.ts'

/** @returns the approval as it was sent */
export async function reviewPlan(app: ComposedApp, planHash: string): Promise<string> {
  const { id, signer } = await registerPerson(app, `rita of ${planHash.slice(7, 15)}`)
  const digest = planHash as `sha256:${string}`
  const subject = { service: 'any', version: '1', digests: { release: planHash.slice(7) } }
  const approval = { what: 'plan', digest, principal: id, at: new Date().toISOString() } as const
  const statement = buildStatement('approval', subjectsOf(subject), approval)
  const text = utf8Text((await sealStatement(nodeDigest, signer, statement)).bytes)
  await askAsOperator(app, '/v1/plan-reviews', text)
  return text
}

/** A sign-off of somebody without a role, about a review that nobody has seen; nothing is sent. */
export async function sealIdleSignOff(app: ComposedApp, run: string): Promise<string> {
  const { signer } = await registerPerson(app, `iris of ${run}`)
  const subject = {
    service: 'any',
    version: '1',
    environment: 'any',
    digests: { release: '0'.repeat(64) },
  }
  const reviewHash = `sha256:${'0'.repeat(64)}` as const
  const review = { release: 'any@1', runId: run, reviewHash, subject }
  const word = { role: 'Nobody', decision: 'APPROVE', comment: '', atMs: Date.now() } as const
  return utf8Text((await sealSignOff({ digest: nodeDigest, signer }, review, word)).bytes)
}

async function registerPerson(
  app: ComposedApp,
  displayName: string,
): Promise<{ readonly id: string; readonly signer: Signer }> {
  const signer = testSigner('ecdsa-p256-sha256')
  const { id } = await askAsOperator<{ id: string }>(app, '/v1/principals', {
    kind: 'person',
    displayName,
    roles: [],
    publicKey: base64Of(signer.publicKey),
  })
  return { id, signer }
}
