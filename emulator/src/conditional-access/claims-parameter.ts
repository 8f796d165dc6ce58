const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '{}')
  } catch {
    return undefined
  }
}

/**
 * The values that a `claims` parameter asks of one claim (OpenID Connect Core 5.5.1). Text that is no
 * JSON asks for none.
 */
export function requestedValues(
  claims: string | null,
  token: 'id_token' | 'access_token',
  claim: string,
): string[] {
  const asked = member(member(parsed(claims), token), claim)
  return [member(asked, 'value'), member(asked, 'values')]
    .flat()
    .filter((value) => typeof value === 'string')
}
