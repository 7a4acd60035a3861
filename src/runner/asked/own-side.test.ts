// What a runner objects to by itself, whatever the control plane has let through.
import assert from 'node:assert/strict'
import test from 'node:test'
import { nodeDigest, nodeVerifier } from '../../../test/crypto.ts'
import { aCommand, aPlan } from '../../../test/runner.ts'
import type { ClaimedRequest } from '../../dispatch/index.ts'
import { planHashOf } from '../../verdict/index.ts'
import { objectionTo } from './own-side.ts'

const PLAN = aPlan([
  aCommand('look', 'curl "$PLACE"', { parameters: ['PLACE'] }),
  aCommand('change', 'rm "$PLACE"', {
    effect: 'write-staging',
    provenRead: false,
    parameters: ['PLACE'],
  }),
])

function claimOf(place: string): ClaimedRequest {
  const { service, version, environment } = PLAN
  const subject = { service, version, environment, digests: { release: 'a'.repeat(64) } } as const
  const parameters = { PLACE: place }
  const wish = { parameters, subject, labels: [], confirmed: ['change'] } as const
  return {
    request: {
      requestId: '01900000-0000-7000-8000-000000000000',
      planHash: planHashOf(nodeDigest, PLAN),
      service,
      version,
      environment,
      wish: { ...wish, resume: 'cut-off', repeat: false },
      askedBy: 'anna',
      askedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2026-01-01T00:30:00.000Z',
      state: 'claimed',
      stateAt: '2026-01-01T00:00:00.000Z',
      reason: null,
      runId: null,
      runnerId: null,
      isCancelAsked: false,
    },
    plan: PLAN,
    reviews: [],
  }
}

test('a value that could turn into an option of a gate that nobody confirms is not executed', async () => {
  const offer = { services: null, environments: [PLAN.environment], labels: [] }
  const objections = await Promise.all(
    ['-K/etc/curlrc', 'https://pier.example'].map((place) =>
      objectionTo(
        {
          digest: nodeDigest,
          verifier: nodeVerifier,
          terms: { offer, reviewers: [], isReadsOnly: false },
          people: [],
          readStatement: () => Promise.reject(new Error('nothing to read')),
        },
        claimOf(place),
      ),
    ),
  )
  assert.deepEqual(objections, [
    'the value of PLACE could turn into an option of look, which nobody confirms',
    'no review of the plan has a valid signature of a registered person',
  ])
})
