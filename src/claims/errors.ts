// Codes of audits that cannot be carried out.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const claimsErrors = defineErrors({
  CLAIMS_REPOSITORY_EMPTY: {
    status: 422,
    exit: 2,
    title: 'The repository has no files',
    hint: 'Give the folder of a working copy; without --repo the report is held against itself alone.',
  },
})

export const claimsFault = faultsOf(claimsErrors)
