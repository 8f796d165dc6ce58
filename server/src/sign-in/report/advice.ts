import type { LoginQuery, SignInErrorCode } from '@entra-bff/shared'

/** What a person reads when a sign-in failed, and the one thing to do next. */
export interface Advice {
  title: string
  detail: string
  retry: { label: string; query: LoginQuery }
}

const tryAgain = { label: 'Try again', query: {} }
const startAgain = { label: 'Start again', query: {} }
const signInAgain = { label: 'Sign in again', query: {} }
const otherAccount = {
  label: 'Use a different account',
  query: { prompt: 'select_account' },
} as const

const advice: Readonly<Record<SignInErrorCode, Advice>> = {
  state_missing: {
    title: 'This sign-in cannot be completed',
    detail: 'The answer from Microsoft came without the mark of a sign-in started here.',
    retry: startAgain,
  },
  state_mismatch: {
    title: 'This sign-in was started elsewhere',
    detail: 'It was started in another browser, or so long ago that it is no longer known here.',
    retry: startAgain,
  },
  state_expired: {
    title: 'The sign-in took too long',
    detail: 'A sign-in has to be finished within ten minutes.',
    retry: startAgain,
  },
  state_replayed: {
    title: 'This sign-in was already used',
    detail: 'Each sign-in works once. Going back in the browser does not repeat it.',
    retry: startAgain,
  },
  nonce_mismatch: {
    title: 'This sign-in cannot be trusted',
    detail: 'The answer from Microsoft belongs to another sign-in.',
    retry: startAgain,
  },
  id_token_invalid: {
    title: 'This sign-in cannot be trusted',
    detail: 'The identity that was sent could not be verified.',
    retry: startAgain,
  },
  tenant_not_allowed: {
    title: 'Your organization has no access',
    detail:
      'This app admits accounts of certain organizations only. Use an account of such an organization, or send the details below to the owner of this app and ask them to admit yours.',
    retry: otherAccount,
  },
  access_denied: {
    title: 'You cancelled the sign-in',
    detail: 'Nothing was shared. To use this app, sign in and accept the permissions.',
    retry: tryAgain,
  },
  admin_consent_required: {
    title: 'An administrator has to approve this app',
    detail:
      'Send the details below to the administrator of your organization and ask for approval.',
    retry: tryAgain,
  },
  not_assigned: {
    title: 'You are not assigned to this app',
    detail: 'Send the details below to your administrator and ask to be assigned.',
    retry: otherAccount,
  },
  wrong_account: {
    title: 'This account cannot be used here',
    detail:
      'It is not the account that was asked for, or it does not belong to an organization that this app admits.',
    retry: otherAccount,
  },
  interaction_required: {
    title: 'Microsoft needs more from you',
    detail: 'Continue to verify your identity or to give consent.',
    retry: { label: 'Continue', query: {} },
  },
  blocked_by_policy: {
    title: 'Blocked by your organization',
    detail: 'A policy does not allow this sign-in. Send the details below to your support.',
    retry: otherAccount,
  },
  account_unusable: {
    title: 'This account cannot sign in now',
    detail: 'It is locked or disabled, or its password has expired. Contact your support.',
    retry: otherAccount,
  },
  sign_in_expired: {
    title: 'The sign-in is no longer valid',
    detail: 'It has expired or was already used.',
    retry: signInAgain,
  },
  device_code_expired: {
    title: 'The code has expired',
    detail: 'It was not used in time. Get a new one and try again.',
    retry: startAgain,
  },
  app_misconfigured: {
    title: 'This app is not set up correctly',
    detail:
      'Microsoft does not accept the app itself. Contact its owner and send the details below.',
    retry: tryAgain,
  },
  loop_detected: {
    title: 'Too many sign-ins in a row',
    detail: 'Microsoft stopped a loop of sign-ins. Wait a minute, then try again.',
    retry: tryAgain,
  },
  identity_provider_unavailable: {
    title: 'Microsoft sign-in is not available',
    detail: 'It did not answer as expected. Try again in a moment.',
    retry: tryAgain,
  },
  service_unavailable: {
    title: 'This app cannot sign you in now',
    detail: 'It cannot keep sessions at the moment. Try again in a moment.',
    retry: tryAgain,
  },
  consent_declined: {
    title: 'You did not give this permission',
    detail: 'Nothing has changed: you are still signed in.',
    retry: { label: 'Ask again', query: {} },
  },
  step_up_failed: {
    title: 'Your identity was not confirmed',
    detail:
      'Microsoft did not confirm what this page needs. If trying again does not help, send the details below to the owner of this app.',
    retry: tryAgain,
  },
  signed_out_meanwhile: {
    title: 'Your session was ended meanwhile',
    detail: 'It was ended while this sign-in was under way, so the sign-in was stopped, too.',
    retry: signInAgain,
  },
  invalid_request: {
    title: 'This sign-in link does not work',
    detail: 'It asks for something that this app does not offer. Start from the page of the app.',
    retry: startAgain,
  },
  rate_limited: {
    title: 'Too many requests',
    detail: 'Too many requests came from your network. Wait a minute, then try again.',
    retry: tryAgain,
  },
  sign_in_failed: {
    title: 'The sign-in failed',
    detail: 'If trying again does not help, send the details below to the owner of this app.',
    retry: tryAgain,
  },
}

export function adviceFor(code: SignInErrorCode): Advice {
  return advice[code]
}
