const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Whether it is an id as Entra gives them to tenants, apps and people. */
export function isGuid(text: string): boolean {
  return guid.test(text)
}
