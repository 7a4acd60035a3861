// Helpers of the tests of checks that ask other services: services of their own on loopback, and a gate with such a check.
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { TestContext } from 'node:test'
import { parseStrictJson } from '../src/kernel/index.ts'
import type { Json } from '../src/kernel/index.ts'
import type { Assertion, PlanGate, Status } from '../src/verdict/index.ts'
import { aGate, runGate, textOf } from './runner.ts'

/** A service that is gone after the test. */
export async function serveTarget(
  t: TestContext,
  listener: RequestListener,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('expected a port')
  return { url: `http://127.0.0.1:${address.port}/`, server }
}

export interface Probed {
  readonly status: Status
  readonly reason: string
  readonly record: { readonly [key: string]: Json }
}

/** Runs the check as a runner does, and judges its evidence as control plane and verifier do. */
export async function probeGate(
  name: string,
  values: Readonly<Record<string, string | number | boolean>>,
  assertions: readonly Assertion[],
  more: Partial<PlanGate> = {},
  parameters: Readonly<Record<string, string>> = {},
): Promise<Probed> {
  const check = { type: 'builtin', name, on: 'runner', with: values } as const
  const gate = aGate('probe', check, {
    effect: 'write-staging',
    provenRead: false,
    assertions,
    ...more,
  })
  const submission = await runGate(gate, { terms: { parameters, confirmed: ['probe'] } })
  const { status, reason } = submission.judgement
  const record = parseStrictJson(textOf(submission, 'record') ?? '{}')
  return { status, reason, record: record as Probed['record'] }
}

/** A bound on one value of the record. */
export function bound(
  path: string,
  op: Assertion['op'],
  value: string | number | boolean,
  more: Partial<Assertion> = {},
): Assertion {
  return { read: { from: 'json', path }, op, value, ...more }
}

/** A bound on a percentile of a histogram of the record, in milliseconds. */
export function percentileBound(path: string, percent: number, ms: number): Assertion {
  return { read: { from: 'percentile', path, percent }, op: 'le', value: ms, unit: 'ms' }
}
