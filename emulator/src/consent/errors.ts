import { EntraError } from '../errors/entra-error.ts'

/** The user has not consented to a requested scope. */
export const consentMissing = (clientId: string, error = 'invalid_grant') =>
  new EntraError(
    error,
    65001,
    `The user or administrator has not consented to use the application with ID '${clientId}'. Send an interactive authorization request for this user and resource.`,
    { suberror: 'consent_required' },
  )

/** The user pressed "Cancel". */
export const consentDeclined = () =>
  new EntraError('access_denied', 65004, 'User declined to consent to access the app.')

/** Only an administrator can consent to a requested scope. */
export const adminConsentMissing = () =>
  new EntraError(
    'access_denied',
    90094,
    'An administrator of your organization has to grant this permission.',
    { suberror: 'consent_required' },
  )
