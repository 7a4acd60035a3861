// Codes of previews and tokens.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const actionErrors = defineErrors({
  ACTION_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'There is no such action',
    hint: 'The message lists the actions there are.',
  },
  ACTION_TOKEN_UNKNOWN: {
    status: 409,
    exit: 7,
    title: 'No preview was shown under this token',
    hint: 'Copy the token as it was shown, or preview again and confirm with the new token.',
  },
  ACTION_TOKEN_FOREIGN: {
    status: 409,
    exit: 7,
    title: 'The token was shown for something else',
    hint: 'Confirm exactly what was previewed, or preview what you want now.',
  },
  ACTION_TOKEN_USED: {
    status: 409,
    exit: 7,
    title: 'The token was used already',
    hint: 'A token works once. To go on with a run that was cut off, use `seaworthy run FILE --resume`.',
  },
  ACTION_TOKEN_EXPIRED: {
    status: 409,
    exit: 7,
    title: 'The token is too old',
    hint: 'Preview again, read what it shows now, and confirm with the new token.',
  },
  ACTION_SECOND_PERSON_NEEDED: {
    status: 403,
    exit: 5,
    title: 'Somebody else has to confirm this',
    hint: 'Give the token to a colleague with a key of their own: `seaworthy confirm TOKEN --show` shows what it stands for.',
  },
  ACTION_ROLE_REFUSED: {
    status: 403,
    exit: 5,
    title: 'This action takes an admin',
    hint: 'Ask an admin to preview or confirm it.',
  },
  ACTION_STATE_CHANGED: {
    status: 409,
    exit: 7,
    title: 'What was previewed is not what would happen now',
    hint: 'Read the preview as it is now, and confirm with the new token.',
  },
})

export const actionFault = faultsOf(actionErrors)
