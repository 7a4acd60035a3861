// Codes of the survey.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const surveyErrors = defineErrors({
  SURVEY_CHECKLIST_EXISTS: {
    status: 409,
    exit: 7,
    title: 'The checklist exists already',
    hint: 'Choose another name with --out, or give --force to write over it.',
  },
})

export const surveyFault = faultsOf(surveyErrors)
