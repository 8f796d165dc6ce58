const maxBytes = 4096

/**
 * Why a browser would drop the cookie of a sign-in, not send it back from Entra, or show it to others:
 * RFC 6265bis sections 4.1.3 and 5.7, and the prefix `__Host-Http-`.
 * @param line the value of a `Set-Cookie` header
 * @returns verbs and objects without their subject; no name and no value of the cookie
 */
export function problemsOfCookie(line: string, isHttps: boolean): string[] {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const values = new Map(
    attributes.map((text): [string, string] => {
      const [name = '', value = ''] = text.split('=')
      return [name.toLowerCase(), value.toLowerCase()]
    }),
  )
  const sameSite = values.get('samesite')
  const isHostOnly = values.get('path') === '/' && !values.has('domain')
  const rules: [isBroken: boolean, problem: string][] = [
    [Buffer.byteLength(pair) > maxBytes, `has more than ${String(maxBytes)} bytes`],
    [isHttps && !values.has('secure'), 'lacks Secure'],
    [!isHttps && values.has('secure'), 'has Secure, but the address is http'],
    [/^__host-/i.test(pair) && !isHostOnly, 'has a Path or a Domain that its name forbids'],
    [values.has('domain'), 'has a Domain, so that other hosts get it'],
    [!values.has('httponly'), 'lacks HttpOnly'],
    [sameSite === 'strict', 'has SameSite=Strict, so that it does not come back from Entra'],
    [sameSite !== 'strict' && sameSite !== 'lax', 'lacks SameSite=Lax'],
  ]
  return rules.filter(([isBroken]) => isBroken).map(([, problem]) => problem)
}
