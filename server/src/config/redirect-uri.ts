import type { SettingsReader } from './reader.ts'

/** Microsoft, "Redirect URI (reply URL) outline and restrictions". */
const longestUri = 256
const refused = /[!$'(),;*]/
const refusedCharacters = "! $ ' ( ) , ; *"

/** Tells at the start what the app registration would refuse, by the setting that is at fault. */
export function checkRedirectUri(
  reader: SettingsReader,
  publicUrl: string,
  redirectPath: string,
): void {
  for (const [name, value] of [
    ['PUBLIC_URL', publicUrl],
    ['REDIRECT_PATH', redirectPath],
  ] as const) {
    if (refused.test(value)) {
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
  if (publicUrl.length + redirectPath.length > longestUri) {
    const name = redirectPath.length > publicUrl.length ? 'REDIRECT_PATH' : 'PUBLIC_URL'
    reader.problem(
      name,
      `is too long: Entra takes redirect URIs of ${String(longestUri)} characters`,
    )
  }
}
