// Codes of the command line and of composition.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const appErrors = defineErrors({
  APP_COMMAND_UNKNOWN: {
    status: 400,
    exit: 2,
    title: 'No such command or option',
    hint: 'See `seaworthy --help`.',
  },
  APP_OPTION_INVALID: {
    status: 400,
    exit: 2,
    title: 'An option has a value it cannot take',
    hint: 'See the command’s --help.',
  },
  APP_CONFIG_REFUSED: {
    status: 400,
    exit: 2,
    title: 'The configuration file cannot be used',
    hint: 'The message names the place; `seaworthy schema config` prints what may stand there.',
  },
  APP_BOARD_MISSING: {
    status: 503,
    exit: 9,
    title: 'The board cannot be shown',
    hint: 'In a clone, `npm ci` installs what bundles it; the commands and the API work without it.',
    retryable: true,
  },
  APP_FILE_UNREADABLE: {
    status: 400,
    exit: 2,
    title: 'The file cannot be read',
    hint: 'Check the path and its permissions.',
  },
  APP_FILE_TOO_LARGE: {
    status: 413,
    exit: 2,
    title: 'The file is too large',
    hint: 'The message names the limit.',
  },
  APP_FILE_UNWRITABLE: {
    status: 507,
    exit: 9,
    title: 'The file cannot be written',
    hint: 'Check permissions and free space.',
    retryable: true,
  },
  APP_SECRET_EXPOSED: {
    status: 500,
    exit: 1,
    title: 'A secret of this installation can be read by others',
    hint: 'Take their rights away (chmod 600), and consider the secret known: delete the file to get a new one.',
  },
  APP_IDENTITY_MISSING: {
    status: 404,
    exit: 6,
    title: 'No such local identity',
    hint: 'Make one: `seaworthy key create NAME --role ROLE`.',
  },
  APP_SERVER_UNREACHABLE: {
    status: 503,
    exit: 9,
    title: 'The server does not answer',
    hint: 'Check SEAWORTHY_URL and that the server runs.',
    retryable: true,
  },
  APP_PORT_TAKEN: {
    status: 503,
    exit: 9,
    title: 'The port cannot be opened',
    hint: 'Choose another with --port, or 0 for a free one.',
    retryable: true,
  },
  APP_OPERATOR_ONLY: {
    status: 403,
    exit: 5,
    title: 'Only the operator of the server may see this',
    hint: 'Use the key in keys/api.secret of the data folder, or the key of the pages that the server printed.',
  },
  APP_DEMO_FAILED: {
    status: 500,
    exit: 1,
    title: 'A step of the walkthrough did not come out as it must',
    hint: 'The message names the step; please report it.',
  },
  APP_INTERNAL_FAULT: {
    status: 500,
    exit: 1,
    title: 'Something failed that should not',
    hint: 'Please report it with the command you ran.',
  },
  APP_INTERRUPTED: {
    status: 499,
    exit: 130,
    title: 'Interrupted',
    hint: 'Run the same command again: it resumes where it was.',
  },
})

export const appFault = faultsOf(appErrors)
