import { EntraError } from '../errors/entra-error.ts'

/** The error for a code or refresh token that was never issued, or was issued to another client. */
export const malformedGrant = () =>
  new EntraError('invalid_grant', 9002313, 'Invalid request. Request is malformed or invalid.')
