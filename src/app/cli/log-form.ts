// The --log option of commands that run until they are interrupted.
import type { OptionValues } from '../../client/index.ts'
import type { LogForm } from '../../platform/index.ts'
import { appFault } from '../errors.ts'

/** Lines for people unless asked otherwise. @throws APP_OPTION_INVALID */
export function readLogForm(options: OptionValues): LogForm {
  const form = options['log'] ?? 'text'
  if (form === 'text' || form === 'json') return form
  throw appFault(
    'APP_OPTION_INVALID',
    `expected --log text or --log json, got ${JSON.stringify(form)}`,
  )
}
