// A person's word goes to the release that they name, whatever was run last.
import assert from 'node:assert/strict'
import test from 'node:test'
import { testSigner } from '../../test/crypto.ts'
import { aGate, aPlan, systemPorts } from '../../test/runner.ts'
import type { CommandContext, OptionValues } from '../client/index.ts'
import { runAnswer } from './answer.ts'

const PLAN = aPlan([aGate('rota', { type: 'manual', question: 'Is the rota filled?' })])

/** A control plane with a run of tide, and a newer one of ebb; @returns where answers went */
function openPlane(): { readonly context: CommandContext; readonly asked: readonly string[] } {
  const asked: string[] = []
  const viewOf = (service: string): object => ({
    run: {
      planHash: `sha256:${'0'.repeat(64)}`,
      service,
      version: '1.0.0',
      subject: {
        service,
        version: '1.0.0',
        environment: 'staging',
        digests: { release: 'a'.repeat(64) },
      },
    },
    plan: PLAN,
    attempts: {},
  })
  const answers: Readonly<Record<string, object>> = {
    '/v1/releases/tide/1.0.0?environment=staging': { runId: 'run-of-tide' },
    '/v1/runs/run-of-tide': viewOf('tide'),
    '/v1/runs/run-of-ebb': viewOf('ebb'),
  }
  const answer = <T>(method: string, path: string): Promise<T> => {
    if (method === 'POST') asked.push(path)
    return Promise.resolve((answers[path] ?? { status: 'PASS', reason: 'yes' }) as T)
  }
  const client = {
    call: answer,
    upload: answer,
    page: <T>() => Promise.resolve({ data: [{ runId: 'run-of-ebb' }] as T, next: null }),
  }
  const signer = testSigner('ecdsa-p256-sha256')
  const keys = { open: () => Promise.resolve({ name: 'ann', signer }) }
  const context: Partial<Record<keyof CommandContext, unknown>> = {
    client,
    keys,
    ports: systemPorts,
    version: '0.0.0',
  }
  return { context: context as CommandContext, asked }
}

async function tellOf(options: OptionValues): Promise<readonly string[]> {
  const { context, asked } = openPlane()
  const { text } = await runAnswer(context, ['rota'], { yes: true, as: 'ann', ...options })
  return [...asked, text ?? '']
}

test('an answer goes to the release that is named, else to that of the newest run, and what is told names it', async () => {
  assert.deepEqual(await tellOf({ release: 'tide@1.0.0', environment: 'staging' }), [
    '/v1/runs/run-of-tide/intents',
    '/v1/runs/run-of-tide/results',
    'PASS rota of tide@1.0.0 in staging: yes',
  ])
  assert.deepEqual(await tellOf({}), [
    '/v1/runs/run-of-ebb/intents',
    '/v1/runs/run-of-ebb/results',
    'PASS rota of ebb@1.0.0 in staging: yes',
  ])
  await assert.rejects(tellOf({ environment: 'staging' }), { code: 'RUNNER_OPTION_REFUSED' })
})
