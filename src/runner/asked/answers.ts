// Reads what a control plane answers a runner that waits: names of folders and paths are made from it, so it is believed nothing that has not the form.
import { z } from 'zod'
import type { ClaimedRequest } from '../../dispatch/index.ts'
import type { StartedRun } from '../../gates/index.ts'
import type { PresentedPrincipal } from '../../identity/index.ts'
import { runnerFault } from '../errors.ts'

/** More offers at once are no list of what one runner may take next. */
const OFFER_LIMIT = 1_000

// Members that a newer control plane adds are passed over.
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const texts = z.record(z.string(), z.string())
const names = z.array(z.string())
const subject = z.looseObject({
  service: z.string(),
  version: z.string(),
  environment: z.string(),
})

const seatForm = z.looseObject({ seatId: z.uuid() })
const offersForm = z.array(z.uuid()).max(OFFER_LIMIT)
const claimedForm = z.looseObject({
  request: z.looseObject({
    requestId: z.uuid(),
    planHash: digest,
    service: z.string(),
    version: z.string(),
    environment: z.string(),
    askedBy: z.string(),
    wish: z.looseObject({
      parameters: texts,
      subject,
      labels: names,
      confirmed: names,
      repeat: z.boolean(),
    }),
  }),
  plan: z.looseObject({}),
  reviews: z.array(z.looseObject({ principal: z.string(), statement: digest })),
})
const startedForm = z.looseObject({
  run: z.looseObject({
    runId: z.uuid(),
    planHash: digest,
    subject,
    terms: z.looseObject({ parameters: texts, confirmed: names }),
  }),
  plan: z.looseObject({}),
  finished: texts,
  unfinished: names,
  attempts: z.record(z.string(), z.int().min(0)),
})
const peopleForm = z.array(
  z.looseObject({ id: z.string(), kind: z.string(), publicKey: z.base64() }),
)

export function readSeat(answer: unknown): string {
  return readAs(seatForm, 'a seat', answer).seatId
}

export function readOffers(answer: unknown): readonly string[] {
  return readAs(offersForm, 'offers', answer)
}

/** @param requestId what this runner signed that it takes */
export function readClaimed(answer: unknown, requestId: string): ClaimedRequest {
  const { request } = readAs(claimedForm, 'the request that was taken', answer)
  if (request.requestId === requestId) return answer as ClaimedRequest
  throw runnerFault(
    'RUNNER_ANSWER_REFUSED',
    `expected the request that was taken, ${requestId}, got ${request.requestId}`,
  )
}

export function readStarted(answer: unknown): StartedRun {
  readAs(startedForm, 'the run that was started', answer)
  return answer as StartedRun
}

export function readPeople(answer: unknown): readonly PresentedPrincipal[] {
  readAs(peopleForm, 'principals', answer)
  return answer as readonly PresentedPrincipal[]
}

/** @throws RUNNER_ANSWER_REFUSED */
function readAs<T>(form: z.ZodType<T>, what: string, answer: unknown): T {
  const read = form.safeParse(answer)
  if (read.success) return read.data
  const first = read.error.issues[0]
  throw runnerFault(
    'RUNNER_ANSWER_REFUSED',
    `expected ${what}: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`,
  )
}
