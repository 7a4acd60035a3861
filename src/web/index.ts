// Front door of the HTTP edge.
export { parseBody } from './body.ts'
export { makeWebServer } from './server.ts'
export type { WebOptions, WebRequest } from './server.ts'
