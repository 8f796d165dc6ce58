import type { ClientKind } from './client-kind.ts'
import type { EntraContext } from './context.ts'
import { type Msal, msalApplication } from './msal-application.ts'
import { translateMsalError } from './msal-errors.ts'

/** @throws {EntraFailure} for every error of MSAL and of the network */
export async function operateMsal<T>(
  kind: ClientKind,
  context: EntraContext,
  operation: (msal: Msal) => Promise<T>,
): Promise<T> {
  const msal = await msalApplication(kind, context)
  try {
    return await operation(msal)
  } catch (error) {
    throw translateMsalError(error)
  }
}
