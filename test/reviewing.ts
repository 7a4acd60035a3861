// Has a registered person review a pinned plan of the composed house, or sign off its release, over its routes.
import { base64Of, utf8Text } from '../src/kernel/index.ts'
import type { Signer } from '../src/kernel/index.ts'
import type { ComposedApp } from '../src/app/compose.ts'
import { buildStatement, sealStatement, signerIdOf, subjectsOf } from '../src/proof/index.ts'
import { sealChange, sealSignOff, sealWaiverRequest } from '../src/release/signed-word.ts'
import { askAsOperator, bearer } from './composed.ts'
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

/** What changes a service's register about one environment alone: requests of waivers there, the first of them recorded, and its revocation, which is not sent. */
export async function requestWaiver(
  app: ComposedApp,
  service: string,
  environment: string,
): Promise<{ readonly waiver: string; readonly change: string }> {
  const { signer } = await registerPerson(app, `wim of ${service}`)
  const terms = { digest: nodeDigest, signer }
  const place = { audience: await originOf(app), atMs: Date.now(), service }
  const send = async (path: string, sealed: { readonly bytes: Uint8Array }): Promise<string> => {
    const text = utf8Text(sealed.bytes)
    await askAsOperator(app, path, text)
    return text
  }
  const risk = {
    kind: 'risk.opened',
    id: `R-${environment}`,
    level: 'P3',
    title: 'rig',
    mitigation: '',
  }
  const rated = { ...risk, owner: signerIdOf(terms), likelihood: 'low', impact: 'low' }
  await send('/v1/changes', await sealChange(terms, place, rated))
  const waiver = `W-${environment}`
  const wish = {
    service,
    version: '1.0.0',
    environment,
    gates: ['any'],
    reason: 'rig',
    risk: `R-${environment}`,
    compensatingControl: 'canary',
    expiresAt: new Date(place.atMs + 86_400_000).toISOString(),
    maxUses: 1,
  }
  await send('/v1/waivers', await sealWaiverRequest(terms, place, { id: waiver, ...wish }))
  const next = await sealWaiverRequest(terms, place, { id: `${waiver}-2`, ...wish })
  const revoked = { kind: 'waiver.revoked', id: waiver, reason: 'no' }
  const change = await sealChange(terms, place, revoked)
  return { waiver: utf8Text(next.bytes), change: utf8Text(change.bytes) }
}

async function originOf(app: ComposedApp): Promise<string> {
  const headers = { host: 'localhost', ...bearer(app.apiKey) }
  const url = '/v1/ledger/identity'
  const answer = await app.web.inject({ method: 'GET', url, headers })
  return answer.json<{ data: { origin: string } }>().data.origin
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
