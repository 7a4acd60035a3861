// Runs that are previewed by the name of their action are held to the same as those that are started or asked for over their own routes.
import assert from 'node:assert/strict'
import test from 'node:test'
import { askAsOperator, bearer, openComposedApp, statusOf } from '../../test/composed.ts'
import { reviewPlan } from '../../test/reviewing.ts'

const CHECKLIST = '# Tide 1.0.0\n\n- [ ] **Here**\n  ```bash\n  rm "$PLACE"\n  ```\n'

test('no run of another release or environment than the plan’s is previewed, and no request on terms that its route refuses', async (t) => {
  const app = await openComposedApp(t)
  const query = 'name=tide.md&service=tide&environment=staging'
  const { planHash } = await askAsOperator<{ planHash: string }>(
    app,
    `/v1/plans?${query}`,
    CHECKLIST,
  )
  await reviewPlan(app, planHash)
  const preview = (action: string, params: object): Promise<string> =>
    statusOf(app, {
      method: 'POST',
      url: `/v1/actions/${action}/previews`,
      headers: bearer(app.apiKey),
      payload: JSON.stringify({ params }),
    })
  const digests = { release: 'a'.repeat(64) }
  const subject = { service: 'tide', version: '1.0.0', environment: 'staging', digests }
  const parameters = { PLACE: '/' }
  const run = { planHash, parameters, pin: 'x', subject }
  const request = {
    planHash,
    parameters,
    subject,
    labels: ['linux'],
    resume: 'none',
    repeat: false,
    waitS: 60,
  }
  assert.equal(await preview('run.confirm', run), '201')
  assert.equal(await preview('run.request', request), '201')
  const elsewhere = { ...subject, environment: 'production' }
  assert.equal(
    await preview('run.confirm', { ...run, subject: elsewhere }),
    '422 GATES_SUBJECT_DIFFERS',
  )
  const odd: readonly object[] = [
    { subject: elsewhere },
    { subject: { ...subject, service: 'ebb' } },
    { subject: [] },
    { subject: { ...subject, digests: { release: 'a' } } },
    { parameters: { ...parameters, NOBODY: 'x' } },
    { parameters: { PLACE: 'postgres://app:verysecret@db/x' } },
    { labels: [''] },
    { waitS: 0 },
    { waitS: 1e15 },
  ]
  const told = await Promise.all(odd.map((more) => preview('run.request', { ...request, ...more })))
  assert.deepEqual(
    told,
    odd.map(() => '422 DISPATCH_PARAMETER_REFUSED'),
  )
})
