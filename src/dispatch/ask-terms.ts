// What may be asked for with a request for a run, whichever way it comes: over its own route, or as the parameters of the action.
import { z } from 'zod'
import { isSecretName, MASK, passwordInUrl } from '../kernel/index.ts'
import { waitingChanges } from '../gates/index.ts'
import { askedParameters, steeringParameters } from '../verdict/index.ts'
import type { Plan, Subject } from '../verdict/index.ts'
import { dispatchFault } from './errors.ts'
import { WAIT_LIMIT_S } from './model.ts'

const LABELS_LIMIT = 20
const PARAMETERS_LIMIT_CHARACTERS = 10_000

const text = z.string().min(1).max(500)

export const labelSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,62}$/)

export const askedParametersSchema = z.record(
  z.string().max(100),
  z.string().max(PARAMETERS_LIMIT_CHARACTERS),
)
export const askedLabelsSchema = z.array(labelSchema).max(LABELS_LIMIT)
export const askedDigestsSchema = z.record(text, z.string().regex(/^(sha256:)?[0-9a-f]{64}$/))
export const askedCommitSchema = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
export const askedWaitSchema = z.int().min(1).max(WAIT_LIMIT_S)

const askParamsSchema = z.strictObject({
  planHash: z.string(),
  /** Secret ones masked. */
  parameters: askedParametersSchema,
  subject: z.strictObject({
    service: text,
    version: text,
    environment: text,
    digests: askedDigestsSchema,
    commit: askedCommitSchema.exactOptional(),
  }),
  labels: askedLabelsSchema,
  resume: z.enum(['cut-off', 'none']),
  repeat: z.boolean(),
  waitS: askedWaitSchema,
})

/** What was asked for, in the form that a token pins. */
export type AskParams = Omit<z.infer<typeof askParamsSchema>, 'subject'> & {
  readonly subject: Subject
}

/** @throws DISPATCH_PARAMETER_REFUSED */
export function parseAskParams(params: unknown): AskParams {
  const read = askParamsSchema.safeParse(params)
  if (read.success) return read.data
  throw refused(`expected the parameters of a request for a run: ${z.prettifyError(read.error)}`)
}

/**
 * Of what somebody asks for with the plan, before it is shown, confirmed or written down.
 * @throws DISPATCH_PARAMETER_REFUSED
 */
export function assertAskable(plan: Plan, { parameters, subject }: AskParams): void {
  const nameOf = (of: Pick<Subject, 'service' | 'version' | 'environment'>): string =>
    `${of.service}@${of.version} in ${of.environment}`
  if (nameOf(plan) !== nameOf(subject))
    throw refused(
      `expected a request for ${nameOf(plan)}, as the plan says, got ${nameOf(subject)}`,
    )
  const taken = new Set(plan.gates.flatMap(askedParameters))
  const idle = Object.keys(parameters).filter((name) => !taken.has(name))
  if (idle.length > 0) {
    const known = [...taken].sort().join(', ') || 'none'
    throw refused(
      `expected parameters that a gate takes (${known}), got ${idle.join(', ').slice(0, 500)}`,
    )
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value === MASK) continue
    if (isSecretName(name) || passwordInUrl(value) !== undefined) throw secretRefused(name)
  }
  const [steering] = unconfirmedOptions(plan, parameters)
  if (steering !== undefined)
    throw refused(
      `expected no value that could turn into an option of ${steering.gate}, which nobody confirms; ${steering.name} begins with a hyphen`,
    )
}

/**
 * Values that begin with a hyphen, of gates that run on the plan's review alone: who reviewed it has not seen them, and who asks for
 * the run is asked for no word on what would become of them.
 */
export function unconfirmedOptions(
  plan: Plan,
  parameters: Readonly<Record<string, string>>,
): readonly { readonly gate: string; readonly name: string }[] {
  const confirmed = new Set(waitingChanges(plan, true, undefined).map(({ of }) => of))
  return plan.gates
    .filter(({ id }) => !confirmed.has(id))
    .flatMap((gate) =>
      steeringParameters(gate, parameters).map((name) => ({ gate: gate.id, name })),
    )
}

export function secretRefused(name: string): Error {
  return refused(`expected no secret in a request, the value of ${name} is or looks like one`)
}

function refused(text: string): Error {
  return dispatchFault('DISPATCH_PARAMETER_REFUSED', text)
}
