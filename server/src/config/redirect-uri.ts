import type { SettingsReader } from './reader.ts'

/** Limits of Entra: Microsoft, "Redirect URI (reply URL) outline and restrictions". */
const maxUriCharacters = 256
const refusedPattern = /[!$'(),;*]/
const refusedCharacters = "! $ ' ( ) , ; *"

/** Reports a redirect URI that the app registration would refuse, and names the setting at fault. */
export function checkRedirectUri(
  reader: SettingsReader,
  publicUrl: string,
  redirectPath: string,
): void {
  for (const [name, value] of [
    ['PUBLIC_URL', publicUrl],
    ['REDIRECT_PATH', redirectPath],
  ] as const) {
    if (refusedPattern.test(value)) {
      reader.problem(
        name,
        `must have none of ${refusedCharacters}: Entra refuses such redirect URIs`,
      )
    }
  }
  const { hostname, port } = new URL(publicUrl)
  if (hostname === '[::1]') {
    reader.problem('PUBLIC_URL', `must be http://localhost:${port}: Entra takes no [::1]`)
  }
  if (publicUrl.length + redirectPath.length > maxUriCharacters) {
    const name = redirectPath.length > publicUrl.length ? 'REDIRECT_PATH' : 'PUBLIC_URL'
    reader.problem(
      name,
      `is too long: Entra takes redirect URIs of ${String(maxUriCharacters)} characters`,
    )
  }
}
