// Codes of background work.
import { defineErrors, EXIT, faultsOf } from '../kernel/index.ts'

export const jobErrors = defineErrors({
  JOB_CANCEL_REFUSED: {
    status: 409,
    exit: EXIT.conflict,
    title: 'Work that nobody asked for cannot be cancelled',
    hint: 'Deliveries end with their endpoint or channel: disable or remove that. Kinds that `seaworthy jobs kinds` shows as asked for can be cancelled.',
  },
  JOB_KIND_UNKNOWN: {
    status: 422,
    exit: EXIT.usage,
    title: 'No such kind of job, or none that can be asked for this way',
    hint: '`seaworthy jobs kinds` lists them.',
  },
  JOB_SCHEDULE_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The schedule cannot be understood',
    hint: 'Five fields in UTC: minute, hour, day of month, month, day of week; such as "0 3 * * *".',
  },
  JOB_STATE_UNFIT: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The job is in no state for that',
    hint: 'Only jobs that are dead or cancelled can be retried, and only jobs that are not over can be cancelled.',
  },
  JOB_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'No such job or schedule',
    hint: '`seaworthy jobs list` shows the jobs of this tenant; those that were done long ago are forgotten.',
  },
})

export const jobFault = faultsOf(jobErrors)
