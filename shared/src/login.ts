import { homePath } from './local-path.ts'
import type { LoginQuery } from './login-query.ts'
import { paths } from './paths.ts'

/** The link that signs a person in. The browser must navigate to it: a fetch cannot sign in. */
export function loginHref(query: LoginQuery = {}): string {
  const search = new URLSearchParams({ ...query })
  if (query.returnTo === homePath) search.delete('returnTo')
  return search.size > 0 ? `${paths.login}?${search.toString()}` : paths.login
}
