// Codes of requests for runs and of the runners that take them.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const dispatchErrors = defineErrors({
  DISPATCH_REQUEST_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'There is no such request for a run',
    hint: 'GET /v1/run-requests lists them.',
  },
  DISPATCH_REQUEST_OPEN: {
    status: 409,
    exit: 7,
    title: 'A run of this release in this environment was asked for already',
    hint: 'Wait for it, or cancel it first.',
  },
  DISPATCH_REQUEST_TAKEN: {
    status: 409,
    exit: 7,
    title: 'The request does not wait any more',
    hint: 'Another runner took it, or it was cancelled or expired; ask for the next one.',
  },
  DISPATCH_REQUEST_OVER: {
    status: 409,
    exit: 7,
    title: 'The request is over',
    hint: 'Ask for a run again.',
  },
  DISPATCH_CLAIM_LOST: {
    status: 409,
    exit: 7,
    title: 'The request is not this runner’s any more',
    hint: 'It was not heard of in time; whatever it still executes has to stop.',
  },
  DISPATCH_PLAN_UNREVIEWED: {
    status: 409,
    exit: 7,
    title: 'Nobody has reviewed the plan',
    hint: 'A runner executes reviewed plans only: `seaworthy plan review FILE --as NAME`.',
  },
  DISPATCH_PARAMETER_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A parameter may not be given with a request',
    hint: 'Give parameters that a gate of the plan takes. Secrets are named under `secrets`; their values stay with the runner (`runner start --secret NAME`). A value that begins with a hyphen is for gates that ask for a confirmation.',
  },
  DISPATCH_OFFER_REFUSED: {
    status: 403,
    exit: 5,
    title: 'The runner does not offer to take this request',
    hint: 'Start a runner with the service, environment and labels that the message names.',
  },
  DISPATCH_SEAT_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'This runner does not wait here any more',
    hint: 'It was silent for too long; it says anew that it waits.',
  },
  DISPATCH_RUNNER_REFUSED: {
    status: 403,
    exit: 5,
    title: 'The word is not one of an enrolled runner in force',
    hint: 'Enrol the machine with `seaworthy runner enrol NAME`; check its clock where the message speaks of time.',
  },
})

export const dispatchFault = faultsOf(dispatchErrors)
