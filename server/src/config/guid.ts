const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** True for a GUID: in Entra, the form of the ids of tenants, apps and users. */
export function isGuid(text: string): boolean {
  return guid.test(text)
}
