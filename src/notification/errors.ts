// Codes of notifications.
import { defineErrors, EXIT, faultsOf } from '../kernel/index.ts'

export const notificationErrors = defineErrors({
  NOTIFICATION_CHANNEL_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The channel cannot be used like this',
    hint: 'docs/notifications.md says what each kind of channel takes; addresses are https and public, mail goes over TLS.',
  },
  NOTIFICATION_CHANNEL_TAKEN: {
    status: 409,
    exit: EXIT.conflict,
    title: 'There is a channel of that name',
    hint: 'Take another name, or change the one there is: `seaworthy notify channel change NAME`.',
  },
  NOTIFICATION_CHANNEL_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'No such channel',
    hint: '`seaworthy notify channel list` shows those of this tenant.',
  },
  NOTIFICATION_LIMIT_REACHED: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The tenant has as many of these as there may be',
    hint: 'Remove one that is not used any more.',
  },
  NOTIFICATION_MESSAGE_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The message cannot be sent like this',
    hint: 'A message has a title of one line and a text; see docs/notifications.md.',
  },
  NOTIFICATION_RELEASE_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'The ledger holds nothing of this release',
    hint: 'Name it as service@version, as `seaworthy ledger list` shows it.',
  },
  NOTIFICATION_RULE_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'No such rule',
    hint: '`seaworthy notify rule list` shows those of this tenant.',
  },
  NOTIFICATION_TEMPLATE_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The template cannot be used like this',
    hint: 'It names a slot that there is not, or one without a value; docs/notifications.md lists them.',
  },
  NOTIFICATION_TEMPLATE_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'No such template',
    hint: '`seaworthy notify template list` shows those of this tenant.',
  },
})

export const notificationFault = faultsOf(notificationErrors)
