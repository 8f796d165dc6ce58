import type { ProblemCode } from '@entra-bff/shared'

interface ProblemText {
  status: number
  title: string
  detail: string
}

/** The public part of each failure. Texts may change; codes and statuses are the contract. */
export const problemTexts: Readonly<Record<ProblemCode, ProblemText>> = {
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    detail: 'The request is not of the form this route takes.',
  },
  not_signed_in: {
    status: 401,
    title: 'Not signed in',
    detail: 'Sign in and try again.',
  },
  session_expired: {
    status: 401,
    title: 'Session expired',
    detail: 'The session is over. Sign in again.',
  },
  session_revoked: {
    status: 401,
    title: 'Session ended',
    detail: 'This session was ended. Sign in again.',
  },
  reauthentication_required: {
    status: 401,
    title: 'Sign-in needed again',
    detail: 'Microsoft asks for a new sign-in before the API can be called.',
  },
  claims_challenge: {
    status: 401,
    title: 'More is needed from you',
    detail: 'The API wants a sign-in that fulfills what your organization asks for.',
  },
  insufficient_user_authentication: {
    status: 401,
    title: 'Confirm that it is you',
    detail: 'This needs a stronger or a more recent sign-in than yours.',
  },
  csrf_failed: {
    status: 403,
    title: 'Request refused',
    detail: 'The request does not come from a page of this app, or lacks the header "X-CSRF: 1".',
  },
  consent_required: {
    status: 403,
    title: 'Consent needed',
    detail: 'This call needs a permission that has not been granted yet.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    detail: 'The API does not allow this for the signed-in account.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing here.',
  },
  method_disabled: {
    status: 404,
    title: 'Not offered here',
    detail: 'This way to sign in is switched off. Its setting is DEVICE_LOGIN.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This route does not take that method.',
  },
  not_ready: {
    status: 409,
    title: 'Not ready',
    detail: 'The sign-in on the other device is not finished.',
  },
  payload_too_large: {
    status: 413,
    title: 'Body too large',
    detail: 'The body of the request is larger than this route takes.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'This route does not take a body of that type.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    detail: 'Try again after the time given in Retry-After.',
  },
  upstream_throttled: {
    status: 429,
    title: 'Too many requests',
    detail: 'The API asks for a pause. Try again after the time given in Retry-After.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong',
    detail: 'The server made a mistake. The correlation id names it in the log.',
  },
  upstream_error: {
    status: 502,
    title: 'The API failed',
    detail: 'The API answered with an error. Try again later.',
  },
  upstream_too_large: {
    status: 502,
    title: 'The response is too large',
    detail:
      'The API sent more than 16 MiB. This app passes on no more. Ask for less, for example with $top where the call takes it.',
  },
  config_missing: {
    status: 503,
    title: 'Not configured',
    detail: 'The values from the Microsoft Entra app registration are missing.',
  },
  identity_provider_unavailable: {
    status: 503,
    title: 'Microsoft sign-in is unavailable',
    detail: 'Microsoft Entra ID cannot be reached or refuses this app. Try again later.',
  },
  store_unavailable: {
    status: 503,
    title: 'Sessions are unavailable',
    detail: 'The session store does not answer. Try again later.',
  },
  upstream_timeout: {
    status: 504,
    title: 'The API took too long',
    detail: 'The API did not answer in time. Try again later.',
  },
}
