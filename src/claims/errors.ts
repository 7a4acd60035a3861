// Codes of audits that cannot be carried out.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const claimsErrors = defineErrors({
  CLAIMS_REPORT_SIZE_EXCEEDED: {
    status: 413,
    exit: 2,
    title: 'The report is too large to be audited',
    hint: 'Give the report in parts; the limit is stated in the message.',
  },
  CLAIMS_REPOSITORY_EMPTY: {
    status: 422,
    exit: 2,
    title: 'The repository has no files',
    hint: 'Give the folder of a working copy; without --repo the report is held against itself alone.',
  },
  CLAIMS_RELEASE_UNKNOWN: {
    status: 404,
    exit: 6,
    title: 'The ledger has no release to hold the report against',
    hint: 'Run the checklist first, or name the data folder with --data; without --ledger the report is held against itself alone.',
  },
  CLAIMS_RELEASE_OTHER: {
    status: 409,
    exit: 7,
    title: 'The report is about another version than the ledger’s newest run',
    hint: 'Name the release that the report is about: --release SERVICE@VERSION.',
  },
})

export const claimsFault = faultsOf(claimsErrors)
