// Codes of reading and checking attestations; an attestation that does not hold is a result, not a fault.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const attestationErrors = defineErrors({
  ATTESTATION_DEMAND_REFUSED: {
    status: 422,
    exit: 2,
    title: 'What an attestation has to show is not said, or not exactly',
    hint: 'Give the issuer and the identity letter by letter, or the one key, and the artefact or its digest. Patterns are not taken: they accept strangers.',
  },
  ATTESTATION_FILE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The file holds no attestations',
    hint: 'Give a Sigstore bundle (v0.1 to v0.3), several of them one a line, or what npm or GitHub answer for an artefact.',
  },
  ATTESTATION_ROOT_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The trusted root cannot be read',
    hint: 'Give a `trusted_root.json` of Sigstore, or several of them one a line, as `gh attestation trusted-root` writes them.',
  },
  ATTESTATION_DAY_UNSEALED: {
    status: 404,
    exit: 6,
    title: 'The day is not in the system log',
    hint: 'Seal it when it is over: `seaworthy ledger checkpoint --date DAY`. Days sealed by earlier versions enter the log when they are sealed again.',
  },
  ATTESTATION_LOG_CHANGED: {
    status: 500,
    exit: 1,
    title: 'The system log is not what was signed of it before',
    hint: 'Nothing more is signed for it. Look for a database or a key that was put back; an older database needs the folder of keys of its time.',
  },
})

export const attestationFault = faultsOf(attestationErrors)
