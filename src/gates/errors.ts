// Codes of checklists, plans and runs.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const gatesErrors = defineErrors({
  GATES_CHECKLIST_GATELESS: {
    status: 422,
    exit: 2,
    title: 'The document has no gates',
    hint: 'Write gates as task items (`- [ ] …`) or as table rows with an id or a status column, or take numbered steps and headings for gates with --gates.',
  },
  GATES_SOURCE_UNKNOWN: {
    status: 422,
    exit: 2,
    title: 'Gates cannot be taken from there',
    hint: 'Give --gates ordered-steps, headings, or both with a comma between.',
  },
  GATES_CHECKLIST_SIZE_EXCEEDED: {
    status: 413,
    exit: 2,
    title: 'The checklist is too large',
    hint: 'Split the checklist; the limit is stated in the message.',
  },
  GATES_CHECKLIST_GATES_EXCEEDED: {
    status: 413,
    exit: 2,
    title: 'The document has too many gates',
    hint: 'Split the checklist; the limit is stated in the message.',
  },
  GATES_FILE_UNNAMED: {
    status: 400,
    exit: 2,
    title: 'No checklist or plan was named',
    hint: 'Name a file, or write `checklist: FILE` into seaworthy.yaml; `seaworthy init` proposes both.',
  },
  GATES_RULE_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'There is no such lint rule',
    hint: 'docs/lint-rules.md lists them; import notes (version-unnamed, no-sign-offs …) explain themselves.',
  },
  GATES_PLAN_FILE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The plan file cannot be read as a plan',
    hint: 'Correct the line that the message shows.',
  },
  GATES_PLAN_FILE_EXISTS: {
    status: 409,
    exit: 7,
    title: 'The plan file exists already',
    hint: 'Choose another name with --out, or give --force to write over it.',
  },
  GATES_PLAN_FILE_EXCEEDED: {
    status: 413,
    exit: 2,
    title: 'The plan file is too large',
    hint: 'Split the plan; the limit is stated in the message.',
  },
  GATES_PLAN_OPTION_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A plan cannot be proposed with these options',
    hint: 'Give service, version and environment as short names without control characters.',
  },
  GATES_PLAN_NAME_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The plan names no release that can be kept',
    hint: 'Shorten the service, the version or the environment that the message tells of, and write the version without @.',
  },
  GATES_PLAN_CIRCLE_FOUND: {
    status: 422,
    exit: 2,
    title: 'The plan waits for itself through its phases',
    hint: 'Take away the need that the message ends with, move its gate to an earlier phase, or make it advisory.',
  },
  GATES_PLAN_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'No such plan',
    hint: 'Record the plan first; its hash is printed when it is recorded. Several servers need one place for evidence to see the plans of each other.',
  },
  GATES_PLAN_DIFFERS: {
    status: 409,
    exit: 5,
    title: 'The plan is not the one that its hash names',
    hint: 'Sign nothing: whoever sent the plan shows another one than it records. Tell whoever keeps the server.',
  },
  GATES_SUBJECT_DIFFERS: {
    status: 422,
    exit: 2,
    title: 'The run is about another release than its plan',
    hint: 'Name the service, version and environment of the plan, or record a plan for the other release.',
  },
  GATES_STATEMENT_REFUSED: {
    status: 422,
    exit: 5,
    title: 'The statement is not accepted',
    hint: 'The message says which fact of the statement does not fit the plan, the run or the signer.',
  },
  GATES_RUN_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'No such run',
    hint: 'Check the name and --data; `seaworthy run FILE` makes the first run of a release.',
  },
  GATES_RUN_FINISHED: {
    status: 409,
    exit: 7,
    title: 'The run is finished',
    hint: 'Start a new run; a finished run never changes.',
  },
  GATES_GATE_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'The plan has no such gate',
    hint: 'Use a gate id of the plan.',
  },
  GATES_GATE_BLOCKED: {
    status: 409,
    exit: 7,
    title: 'The gate may not run yet',
    hint: 'The message says what is missing: a dependency, a parameter or a confirmation.',
  },
  GATES_ATTEMPT_TAKEN: {
    status: 409,
    exit: 7,
    title: 'This attempt of the gate is already recorded',
    hint: 'Record the next attempt under its own number.',
  },
  GATES_RUN_HELD: {
    status: 409,
    exit: 7,
    title: 'Another runner executes the run',
    hint: 'Wait until it is done, or end it. A run whose runner died can be taken up after a minute, on the same machine at once.',
    retryable: true,
  },
  GATES_RUN_LOST: {
    status: 409,
    exit: 7,
    title: 'Another runner took the run over',
    hint: 'What was recorded stands. Look at the run with `seaworthy status`.',
  },
  GATES_RUN_NOT_RESUMABLE: {
    status: 404,
    exit: 6,
    title: 'There is no run to resume',
    hint: 'Give the same file, parameters, subject and workspace as before, or leave out --resume to start a new run.',
  },
  GATES_RELEASE_NAME_MALFORMED: {
    status: 422,
    exit: 2,
    title: 'The release name is malformed',
    hint: 'Name a release as SERVICE@VERSION.',
  },
  GATES_SOURCE_CHANGED: {
    status: 409,
    exit: 7,
    title: 'The checklist is not the one the plan was made from',
    hint: 'Make the plan again from the checklist as it is now, and have it reviewed.',
  },
})

export const gatesFault = faultsOf(gatesErrors)
