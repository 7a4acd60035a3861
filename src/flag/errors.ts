// Codes of switches.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const flagErrors = defineErrors({
  FLAG_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'There is no such switch',
    hint: '`seaworthy guard switch list` shows those there are; `guard switch set` makes one.',
  },
  FLAG_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The switch cannot be set like this',
    hint: 'The message says what was expected; docs/guards.md has an example.',
  },
  FLAG_LIMIT_REACHED: {
    status: 422,
    exit: 2,
    title: 'The tenant has as many switches as nodes read',
    hint: 'Use a tenant per product, or name fewer customers in rules.',
  },
  FLAG_VERSION_MOVED: {
    status: 409,
    exit: 7,
    title: 'Somebody changed the switch meanwhile',
    hint: 'Look at it with `seaworthy guard switch history NAME`, then decide again.',
  },
  FLAG_CONFIRMATION_REQUIRED: {
    status: 409,
    exit: 8,
    title: 'This flip needs a confirmation',
    hint: 'Preview it under the action flag.flip and confirm the token that it shows.',
  },
})

export const flagFault = faultsOf(flagErrors)
