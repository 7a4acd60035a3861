// Codes of checks that ask other services.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const probeErrors = defineErrors({
  PROBE_PARAMETER_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A check of another service was given a value that it does not take',
    hint: 'Correct it under `with` in the plan; docs/checks.md says what each check takes.',
  },
  PROBE_OPTION_MISSING: {
    status: 422,
    exit: 2,
    title: 'An option of a guard command is missing or out of range',
    hint: '`seaworthy guard simulate --help` and `seaworthy guard status --help` show what they take.',
  },
  PROBE_POLICY_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The file of limits is not one',
    hint: 'Look at the place in the message; docs/guards.md has an example.',
  },
  PROBE_TRAFFIC_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The file holds no recorded traffic',
    hint: 'Give an access log in the common or combined format, or one JSON object a line with a time and a path.',
  },
  PROBE_TARGET_SILENT: {
    status: 502,
    exit: 9,
    title: 'The service that a check asks does not answer as the check needs it',
    hint: 'Look at the address and at the service; nothing was measured.',
  },
  PROBE_STATUS_UNREACHABLE: {
    status: 502,
    exit: 9,
    title: 'The service that was asked what its guards hold gave no answer',
    hint: 'Look at the address and at the service; the whole address is needed, path included.',
    retryable: true,
  },
  PROBE_STATUS_KEY_REFUSED: {
    status: 403,
    exit: 5,
    title: 'The service does not show what its guards hold to whoever has this key',
    hint: 'Give the key of its operators with --key, or in SEAWORTHY_GUARD_KEY.',
  },
  PROBE_STATUS_UNREADABLE: {
    status: 502,
    exit: 2,
    title: 'What the address answers is no status of guards',
    hint: 'Name the route that answers `guardStatus()`; docs/guards.md has one.',
  },
  PROBE_STATUS_EXCEEDED: {
    status: 502,
    exit: 2,
    title: 'The status of the guards is too large to be read',
    hint: 'Name the route that answers `guardStatus()`, which lists a thousand blocks and throttles at most.',
  },
})

export const probeFault = faultsOf(probeErrors)
