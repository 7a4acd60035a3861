// Codes of documents that cannot be read or filled.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const documentErrors = defineErrors({
  DOCUMENT_CONTENT_EMPTY: {
    status: 422,
    exit: 2,
    title: 'The document is empty',
    hint: 'Give a markdown file with at least one visible character.',
  },
  DOCUMENT_CONTENT_BINARY: {
    status: 422,
    exit: 2,
    title: 'The file is not text',
    hint: 'Give a markdown file; this one holds bytes that no text holds.',
  },
  DOCUMENT_ENCODING_UNKNOWN: {
    status: 422,
    exit: 2,
    title: 'The text is not UTF-8',
    hint: 'Save the file as UTF-8 and try again.',
  },
  DOCUMENT_SIZE_EXCEEDED: {
    status: 413,
    exit: 2,
    title: 'The document is too large',
    hint: 'Split the checklist; the limit is stated in the message.',
  },
  DOCUMENT_NESTING_EXCEEDED: {
    status: 422,
    exit: 2,
    title: 'Lists or quotes are nested too deeply',
    hint: 'Flatten the list; the limit and the line are stated in the message.',
  },
  DOCUMENT_SPOT_UNKNOWN: {
    status: 422,
    exit: 2,
    title: 'A value was given for a spot that the document does not have',
    hint: 'Import the document again and use the spots it reports.',
  },
})

export const documentFault = faultsOf(documentErrors)
