// Front door of the HTTP edge.
export { parseBody } from './body.ts'
export { webErrors } from './errors.ts'
export { BODY_LIMIT_BYTES, makeWebServer } from './server.ts'
export type { WebOptions, WebRequest } from './server.ts'
