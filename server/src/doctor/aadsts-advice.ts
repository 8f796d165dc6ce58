interface Advice {
  text: string
  remedy: string
}

const secretRemedy =
  'Certificates & secrets of the app registration: make a client secret, and copy its Value into CLIENT_SECRET.'
const noApp: Advice = {
  text: 'Entra has no app of this CLIENT_ID in the tenant of AUTHORITY',
  remedy:
    'Compare CLIENT_ID with Overview of the app registration, and the tenant in AUTHORITY with that of the app.',
}
const noTenant: Advice = {
  text: 'Entra has no tenant of the name in AUTHORITY',
  remedy: 'Copy the Directory (tenant) ID from Overview of the app registration.',
}

/** Numbers of "Microsoft Entra authentication and authorization error codes" (Microsoft). */
const byNumber: Readonly<Partial<Record<string, Advice>>> = {
  90002: noTenant,
  900023: noTenant,
  700016: noApp,
  700038: noApp,
  7000112: {
    text: 'the app is disabled in this tenant',
    remedy: 'Enterprise apps → the app → Properties: "Enabled for users to sign in" must be Yes.',
  },
  7000215: {
    text: 'Entra does not know the secret in CLIENT_SECRET',
    remedy: `Often the ID of the secret was copied in place of its Value. ${secretRemedy}`,
  },
  7000222: { text: 'the secret in CLIENT_SECRET has expired', remedy: secretRemedy },
  7000218: {
    text: 'Entra takes the app for a confidential client, and got no credential of it',
    remedy: secretRemedy,
  },
  700025: {
    text: 'Entra takes the app for a public client, which has no secret',
    remedy: 'Authentication of the app registration: the redirect URI must stand under Web.',
  },
  50194: {
    text: 'the app is of one tenant, and AUTHORITY names none',
    remedy: 'Write the tenant ID at the end of AUTHORITY, or change the supported account types.',
  },
}

/** @param aadsts the number of an `AADSTS…` text @returns undefined for an unknown number */
export function adviceFor(aadsts: string | undefined): Advice | undefined {
  const known = aadsts === undefined ? undefined : byNumber[aadsts]
  return known && { text: `${known.text} (AADSTS${aadsts ?? ''})`, remedy: known.remedy }
}

/** What Entra answered, where there is no advice. */
export function numberOf(aadsts: string | undefined): string {
  return aadsts === undefined ? 'an error without a number' : `AADSTS${aadsts}`
}

export const lookItUp =
  'Look the number up in docs/troubleshooting.md, or at https://login.microsoftonline.com/error.'
