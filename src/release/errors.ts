// Codes of releases, sign-offs and decisions.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const releaseErrors = defineErrors({
  RELEASE_SIGN_OFF_REFUSED: {
    status: 422,
    exit: 5,
    title: 'The sign-off is not accepted',
    hint: 'The message says which fact does not fit: the role, the person, the run or the author of the change.',
  },
  RELEASE_CHANGE_REFUSED: {
    status: 422,
    exit: 5,
    title: 'The change of the register is not accepted',
    hint: 'The message says which rule it breaks; `seaworthy risk list` and `condition list` show what is there.',
  },
  RELEASE_REVIEW_CHANGED: {
    status: 409,
    exit: 7,
    title: 'What was signed is no longer what would be decided',
    hint: 'Read the release again and sign what it says now.',
  },
  RELEASE_DECISION_MISSING: {
    status: 409,
    exit: 7,
    title: 'The release has no decision yet',
    hint: 'Decide first: `seaworthy decide`.',
  },
  RELEASE_SECOND_RUN_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The run is no second set of what was decided on',
    hint: 'Give a later run of the same version, commit and artefacts; `seaworthy run` prints its id.',
  },
  RELEASE_FACTS_MOVING: {
    status: 409,
    exit: 9,
    title: 'The release keeps changing while it is decided',
    hint: 'Decide again when its runs have ended.',
    retryable: true,
  },
  RELEASE_AUTHOR_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'The author of the release is no registered person',
    hint: 'Register the author’s key first (seaworthy key create NAME), so that no other key of theirs can sign off.',
  },
  RELEASE_AUTHOR_CHANGED: {
    status: 409,
    exit: 7,
    title: 'The release was opened with another author',
    hint: 'The author of a change cannot be replaced; open a new version.',
  },
  RELEASE_RUN_MISSING: {
    status: 404,
    exit: 6,
    title: 'There is no release with a run yet',
    hint: 'Run a checklist first: `seaworthy run FILE`.',
  },
  RELEASE_CHECKLIST_MISSING: {
    status: 404,
    exit: 6,
    title: 'There is no checklist to fill',
    hint: 'Run the checklist itself, or upload it with its plan.',
  },
  RELEASE_CONTROLS_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The file is no mapping of controls',
    hint: 'Compare it with the schema: seaworthy schema controls.',
  },
  RELEASE_REPORT_UNKNOWN: {
    status: 404,
    exit: 2,
    title: 'There is no report of this kind',
    hint: 'The message lists the kinds; --kind all writes every one.',
  },
  RELEASE_ENTRY_MISSING: {
    status: 404,
    exit: 6,
    title: 'The register has no such entry',
    hint: 'List what is there: `seaworthy risk list`, `condition list`, `waive list`.',
  },
  RELEASE_DATE_UNREADABLE: {
    status: 400,
    exit: 2,
    title: 'A date or time cannot be read',
    hint: 'Write 2026-12-01, 2026-12-01T18:00 (both in the release time zone), or an instant with an offset; durations are 12h or 30d.',
  },
  RELEASE_FORMAT_UNKNOWN: {
    status: 404,
    exit: 2,
    title: 'There is no export in this format',
    hint: 'The message lists the formats.',
  },
  RELEASE_OPTION_MISSING: {
    status: 400,
    exit: 2,
    title: 'An option is missing',
    hint: 'See the command’s --help.',
  },
})

export const releaseFault = faultsOf(releaseErrors)
