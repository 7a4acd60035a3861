// What the guards of cross-origin requests tell.

export const CORS_REASONS = ['origin', 'method', 'header', 'malformed'] as const
export type CorsReason = (typeof CORS_REASONS)[number]

export const CSRF_REASONS = [
  'cross-site',
  'unknown-origin',
  'no-origin',
  'media-type',
  'malformed',
] as const
export type CsrfReason = (typeof CSRF_REASONS)[number]

export type EdgeEvent =
  /** A request or preflight from a page that may not read the answer. */
  | { readonly type: 'cors.refused'; readonly reason: CorsReason; readonly isPreflight: boolean }
  | { readonly type: 'csrf.refused'; readonly reason: CsrfReason }
