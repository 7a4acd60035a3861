// The codes the runner stops with; what a gate's check runs into is evidence, not an error.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const runnerErrors = defineErrors({
  RUNNER_PARAMETER_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A parameter may not be handed to gates under this name',
    hint: 'Write NAME=VALUE, or NAME alone when it is set in the environment. A name is letters, digits and underscores, and must not steer the shell or the loader.',
  },
  RUNNER_SECRET_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A secret is too short to be masked',
    hint: 'Use a secret of at least six characters; if it is none, give the parameter a name that does not look like one.',
  },
  RUNNER_GATE_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'The plan has no such gate',
    hint: '`seaworthy run FILE --dry-run` lists the gates; use an id exactly, or * for any characters.',
  },
  RUNNER_GATE_KIND_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The gate is not of the kind the command is for',
    hint: 'Answer manual gates; run the others.',
  },
  RUNNER_SLOT_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'The gate has no such slot',
    hint: 'The message lists the slots of the gate; use their ids exactly.',
  },
  RUNNER_SCRATCH_FAILED: {
    status: 500,
    exit: 1,
    title: 'No scratch folder could be made for a command',
    hint: 'Check that the folder for temporary files exists, is writable and has room.',
  },
  RUNNER_WORKSPACE_MISSING: {
    status: 422,
    exit: 2,
    title: 'The workspace is not a folder',
    hint: 'Name an existing folder as an absolute path, or run without a workspace.',
  },
  RUNNER_USER_REFUSED: {
    status: 422,
    exit: 2,
    title: 'Commands cannot run as this user',
    hint: 'Name a user of this machine other than root and the owner of the keys, and run as root; or leave --user away.',
  },
  RUNNER_ANSWER_REFUSED: {
    status: 502,
    exit: 9,
    title: 'The control plane answers a waiting runner what it cannot mean',
    hint: 'Nothing was executed. Check that SEAWORTHY_URL names your control plane, and that it is not older than the runner.',
  },
  RUNNER_RUN_OTHER: {
    status: 409,
    exit: 7,
    title: 'The run that was started is not the one that can be taken up',
    hint: 'Somebody began another run meanwhile; see `seaworthy status`, then run again.',
  },
  RUNNER_REQUEST_DECLINED: {
    status: 403,
    exit: 5,
    title: 'The runner does not execute what was asked of it',
    hint: 'The message says why; the runner was started for less, or the control plane offers what nobody reviewed.',
  },
  RUNNER_OPTION_REFUSED: {
    status: 422,
    exit: 2,
    title: 'An option has a value it cannot take',
    hint: 'See `seaworthy run --help` and `seaworthy answer --help`.',
  },
})

export const runnerFault = faultsOf(runnerErrors)
