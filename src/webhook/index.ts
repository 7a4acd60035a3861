// Front door of webhooks.
import type { Slice } from '../kernel/index.ts'
import { WEBHOOK_CHECKS } from './checks.ts'
import { webhookErrors } from './errors.ts'
import { WEBHOOK_EVENTS } from './model.ts'

export { webhookCopies } from './erased.ts'
export { makeWebhookChecks } from './checks.ts'
export { admissionOf, afterFailure, afterRequest, afterSuccess, WELL } from './cool-down.ts'
export type { CoolDown } from './cool-down.ts'
export { makeDeliverJob } from './deliver.ts'
export { countWebhooks } from './figures.ts'
export type { WebhookFigures } from './figures.ts'
export { makeWebhookRoutes } from './http.ts'
export { webhookFault } from './errors.ts'
export { makeOutbox } from './outbox.ts'
export type { Outbox } from './outbox.ts'
export { pauseMs, readRetryAfterMs } from './retry-schedule.ts'
export { publicKeyOf, secretsOf, signingKeysOf } from './secrets.ts'
export type { SecretPorts } from './secrets.ts'
export { signedFields, verifyDelivery } from './signature.ts'
export { removeWebhookAction } from './remove-action.ts'
export { Webhooks } from './service.ts'
export type { EndpointSecrets } from './service.ts'

export const webhookSlice: Slice = {
  name: 'webhook',
  migrations: new URL('./migrations/', import.meta.url),
  errors: webhookErrors,
  events: WEBHOOK_EVENTS,
  checks: WEBHOOK_CHECKS,
}
