// Front door of what the server tells about itself.
export { makeTelemetry } from './telemetry.ts'
export { openTracing, withTraceIds } from './following.ts'
export type { Telemetry } from './telemetry.ts'
