// Front door of notifications.
import type { Slice } from '../kernel/index.ts'
import { NOTIFICATION_CHECKS } from './checks.ts'
import { notificationErrors } from './errors.ts'
import { NOTIFICATION_EVENTS } from './model.ts'

export { ATTEMPT_OUTCOMES } from './attempt-end.ts'
export type { AttemptOutcome } from './attempt-end.ts'
export { makeNotificationChecks } from './checks.ts'
export { makeNotifyJob } from './deliver.ts'
export type { DeliverPorts } from './deliver.ts'
export { makeForeseeJob } from './foresight.ts'
export type { Foreseen } from './foresight.ts'
export { countNotifications } from './figures.ts'
export type { NotificationFigures } from './figures.ts'
export { makeNotificationDesk, makeNotificationRoutes } from './http.ts'
export type { NotificationDesk } from './http.ts'
export { ruleTerms } from './rule-reader.ts'

export const notificationSlice: Slice = {
  name: 'notification',
  migrations: new URL('./migrations/', import.meta.url),
  errors: notificationErrors,
  events: NOTIFICATION_EVENTS,
  checks: NOTIFICATION_CHECKS,
}
