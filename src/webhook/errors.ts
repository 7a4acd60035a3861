// Codes of webhooks.
import { defineErrors, EXIT, faultsOf } from '../kernel/index.ts'

export const webhookErrors = defineErrors({
  WEBHOOK_ENDPOINT_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The endpoint cannot be used',
    hint: 'Deliveries go to https addresses of the public internet, port 443 or from 1024, without user name and password.',
  },
  WEBHOOK_ENDPOINT_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'No such endpoint',
    hint: '`seaworthy webhook list` shows those of this tenant.',
  },
  WEBHOOK_CONFIRMATION_REQUIRED: {
    status: 409,
    exit: EXIT.confirmationRequired,
    title: 'The endpoint has events that were not delivered yet',
    hint: 'Preview the action webhook.remove; somebody else confirms the token that it shows.',
  },
  WEBHOOK_LIMIT_REACHED: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The tenant has as many endpoints as there may be',
    hint: 'Remove one that is not used any more: `seaworthy webhook remove ID`.',
  },
  WEBHOOK_REPLAY_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The replay names nothing that could be sent again',
    hint: 'Name an event, or a span of time with --from and --to; try it with --dry-run.',
  },
  WEBHOOK_ROTATION_UNDER_WAY: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The secret before still signs',
    hint: 'Wait until its overlap ends, or rotate with --overlap-hours 0, which ends every secret before the new one at once.',
  },
  WEBHOOK_SIGNATURE_REFUSED: {
    status: 422,
    exit: EXIT.invalid,
    title: 'The delivery does not verify',
    hint: 'Compare the secret, and check that the body is byte for byte what came.',
  },
})

export const webhookFault = faultsOf(webhookErrors)
